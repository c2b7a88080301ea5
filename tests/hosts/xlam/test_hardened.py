"""What a workbook can no longer choose, and that a new xlwings cannot bring it back unseen."""

import re
import sys

import pytest
import xlwings
from xlwings.utils import prepare_sys_path

from addin.errors import InputError
from addin.hosts.xlam.hardened import EDITS, hardened, shipped_module

SHIPPED = shipped_module()
HARDENED = hardened(SHIPPED)
CODE = "\n".join(line for line in HARDENED.splitlines() if not line.strip().startswith("'"))

LAYERS = {
    "a settings sheet of the active workbook": "GetConfigFromSheet(ActiveWorkbook)",
    "a settings file beside the workbook": "GetDirectoryConfigFilePath",
    "the folder of the active workbook": "ActiveWorkbook.FullName",
    "the folder of the add-in": "ThisWorkbook.FullName",
    "workbook folders on the Python path": "AddExcelDir",
    "Python code in sheets": '".py"',
    "Python code in sheets, run": "embedded_code",
    "modules named like the workbook": "GetUdfModules",
    "import of functions from a workbook": "import_udfs",
    "an interpreter by its bare name": 'GetConfig("INTERPRETER"',
    "the current folder on the Python path": '-B -c "',
    "an empty part of the Python path": '";" & GetConfig("PYTHONPATH")',
    "any program": "Function RunFrozenPython",
    "writing the settings": "SaveConfigToFile",
    "a cmd.exe of the current folder": '"cmd.exe',
}


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_was_there_and_is_gone(layer):
    assert LAYERS[layer] in SHIPPED
    assert LAYERS[layer] not in CODE


def test_the_active_workbook_is_named_only_as_the_one_to_work_on():
    uses = [line.strip() for line in CODE.splitlines() if "ActiveWorkbook" in line]
    assert uses == [
        'XLPy.SetAttr XLPy.Module("xlwings._xlwindows"), "BOOK_CALLER", ActiveWorkbook',
        'ParameterString = ParameterString + "|" + ActiveWorkbook.Name',
        '" --wb=" & """" & ActiveWorkbook.Name & """ --from_xl=1" & " --app=" & Chr(34) & _',
        'If SheetExists(ActiveWorkbook, "Error") = False Then',
        "Set ErrorSheet = ActiveWorkbook.Sheets.Add()",
        'Set ErrorSheet = ActiveWorkbook.Sheets("Error")',
    ]


def test_settings_come_from_the_add_in_and_then_the_user():
    body = CODE[CODE.index("Function GetConfig(") :]
    body = body[: body.index("End Function")]
    assert re.findall(r"(?:SheetExists|FileExists)\((.*?)[,)]", body) == [
        "ThisWorkbook",
        "GetConfigFilePath(",
    ]


def test_interpreter_is_read_from_the_users_file_alone():
    assert re.findall(r'GetConfig\("INTERPRETER.*\)', CODE) == [
        'GetConfig("INTERPRETER_MAC", "", "user")',
        'GetConfig("INTERPRETER_WIN", "", "user")',
    ]
    assert CODE.count("= ConfiguredInterpreter()") == 3


def python_path(configured):
    """What the module hands to xlwings.utils.prepare_sys_path on Windows."""
    (expression,) = {
        line.partition("=")[2].strip()
        for line in CODE.splitlines()
        if line.strip().startswith("PYTHONPATH =")
        and "ONEDRIVE_CONSUMER_WIN" in line
        and "FName" not in line
    }
    spelled = re.sub(r'GetConfig\("[A-Z_]+"\)', '""', expression).replace("&", "+")
    return eval(spelled.replace("ConfiguredPath()", repr(f";{configured}" if configured else "")))


@pytest.mark.parametrize("configured", ["", "/firm/modules"])
def test_python_gets_only_the_configured_path(monkeypatch, configured):
    monkeypatch.setattr(sys, "path", before := list(sys.path))
    kept = list(before)
    prepare_sys_path(python_path(configured))
    assert sys.path == ([configured, *kept] if configured else kept)


def test_no_cell_can_call_it():
    # only functions of standard modules are functions of cells; these lines make it a class
    head = HARDENED[:400]
    assert "Attribute VB_PredeclaredId = True" in head and "Attribute VB_Base" in head
    # and a class may have no public constants or declarations
    assert not re.search(r"^ *(Public Const|Public Declare|Declare) ", HARDENED, re.MULTILINE)
    assert not re.search(r"^ +Private Const OK_BUTTON", HARDENED, re.MULTILINE)


def test_notice_of_its_authors_stays():
    assert "'Copyright (C) 2014-present, Zoomer Analytics LLC." in HARDENED
    assert f'XLWINGS_VERSION As String = "{xlwings.__version__}"' in HARDENED


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.start.strip()[:30])
def test_a_text_that_changed_ends_the_build(edit):
    changed = SHIPPED.replace(edit.start, edit.start[:-1] + "¤")
    with pytest.raises(InputError, match=r"has changed at .*; review the cuts"):
        hardened(changed)


def test_a_text_that_stands_there_twice_ends_the_build():
    with pytest.raises(InputError, match="has changed"):
        hardened(SHIPPED + "\nPrivate Sub CleanUp()\nEnd Sub\n")
