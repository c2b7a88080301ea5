import sys

import pytest

from addin.errors import InputError
from addin.hosts.configuration import (
    Configuration,
    button_named,
    load_buttons,
    load_functions,
    read_configuration,
)

MODULE = """
from types import SimpleNamespace

__all__ = ["IPS_ONE", "ACME_RISK", "helper", "LIMIT", "press", "IPS_lower"]
LIMIT = 3

def IPS_ONE(): return 1
def IPS_lower(): return 1
def IPS_HIDDEN(): return 2
def ACME_RISK(): return 4
ACME_RISK.__ips_function__ = True
def helper(): return 5
def press(book=None): return None
press.__ips_button__ = SimpleNamespace(name="press", label="Check data", macro=lambda book: "done")
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder whose configuration is the given text, and a module to name in it."""
    (tmp_path / "acme_udfs.py").write_text(MODULE)
    (tmp_path / "acme_broken.py").write_text("import no_such_library_xyz\n")
    monkeypatch.syspath_prepend(tmp_path)

    def configured(text):
        (tmp_path / ".IPS").mkdir(exist_ok=True)
        (tmp_path / ".IPS" / "IPS.conf").write_text(text, encoding="utf-8")
        return tmp_path

    yield configured
    for module in ("acme_udfs", "acme_broken"):
        sys.modules.pop(module, None)


def test_without_a_file_our_own_modules_are_loaded(tmp_path):
    assert read_configuration(tmp_path) == Configuration(("udfs",), ("macros",))


def test_lines_are_keys_and_values_in_quotes(home):
    text = '"INTERPRETER_WIN","C:\\Python\\python.exe"\n\n"UDF_MODULES","udfs;acme_udfs"\n'
    assert read_configuration(home(text)) == Configuration(("udfs", "acme_udfs"), ("macros",))


def test_empty_value_means_the_default(home):
    assert read_configuration(home('"UDF_MODULES",""\n')) == Configuration()


def test_line_of_another_form_is_named(home):
    with pytest.raises(InputError, match=r'IPS.conf line 2: need "KEY","value", found UDF'):
        read_configuration(home('"A","b"\nUDF_MODULES=acme\n'))


def test_functions_are_the_marked_or_prefixed_upper_case_names_of_the_catalogue(home):
    functions = load_functions(home('"UDF_MODULES","acme_udfs"'))
    assert sorted(functions) == ["ACME_RISK", "IPS_ONE"] and functions["IPS_ONE"]() == 1


def test_buttons_are_the_marked_names_and_found_by_label_or_name(home):
    buttons = load_buttons(home('"MACRO_MODULES","acme_udfs"'))
    assert sorted(buttons) == ["press"]
    for spelling in ("Check data", "check_data", "CHECK-DATA", "press"):
        assert button_named(spelling, buttons)(None) == "done"
    with pytest.raises(InputError, match=r"no button 'Check date' \(did you mean 'Check data'\?\)"):
        button_named("Check date", buttons)
    with pytest.raises(InputError, match="no button 'xyz'; there are: Check data"):
        button_named("xyz", buttons)


def test_missing_module_is_named(home):
    with pytest.raises(InputError, match="UDF_MODULES names the module 'acme_gone', which is not"):
        load_functions(home('"UDF_MODULES","acme_gone"'))


def test_fault_inside_a_module_surfaces(home):
    with pytest.raises(ModuleNotFoundError, match="no_such_library_xyz"):
        load_functions(home('"UDF_MODULES","acme_broken"'))


def test_one_name_in_two_modules_is_refused(home, tmp_path):
    (tmp_path / "acme_again.py").write_text('__all__ = ["IPS_ONE"]\ndef IPS_ONE(): return 2\n')
    with pytest.raises(InputError, match="IPS_ONE is defined twice, the second time in acme_again"):
        load_functions(home('"UDF_MODULES","acme_udfs;acme_again"'))
    sys.modules.pop("acme_again")


def test_same_module_twice_is_harmless(home):
    assert len(load_functions(home('"UDF_MODULES","acme_udfs;acme_udfs"'))) == 2
