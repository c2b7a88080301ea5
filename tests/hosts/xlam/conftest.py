"""Readers made by others, and the add-in built once."""

import importlib.util
import sys
from pathlib import Path

import pytest


def module_beside(name):
    """A module in this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(
        f"xlam_{name}", Path(__file__).with_name(f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def compound():
    return module_beside("compound_reader")
