"""A firm's own functions stand in the add-in beside ours."""

import sys

from addin.hosts.configuration import load_functions
from addin.hosts.xlam.wrappers import function_module

FIRM = '''"""A firm's functions."""

from typing import Annotated

from addin.excel.udf import cells, worksheet_function

__all__ = ["ACME_DOUBLE"]


@worksheet_function
def ACME_DOUBLE(number: Annotated[object, cells("Any number.")]) -> object:
    """Twice the number."""
    return 2 * number
'''


def test_a_function_of_a_configured_module_is_called_in_that_module(tmp_path, monkeypatch):
    (tmp_path / "acme_xlam_udfs.py").write_text(FIRM)
    (tmp_path / ".IPS").mkdir()
    (tmp_path / ".IPS" / "IPS.conf").write_text('"UDF_MODULES","udfs;acme_xlam_udfs"\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    functions = load_functions(tmp_path)
    try:
        text = function_module(functions)
    finally:
        sys.modules.pop("acme_xlam_udfs", None)
    assert "Function ACME_DOUBLE(" in text and "Function IPS_VAR(" in text
    call = next(line for line in text.splitlines() if '"ACME_DOUBLE"' in line)
    assert '"acme_xlam_udfs"' in call
