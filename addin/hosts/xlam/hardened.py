"""xlwings' own add-in module, without the ways in which a workbook could choose what code runs.

As xlwings ships it, a sheet of the active workbook, a file beside it and its folder may each name
the interpreter or the Python path; sheets may hold Python code; and a cell may call every public
function of the module, also the one that runs a Python command. A workbook that came by mail must
be able to do none of this. So these layers are cut from the source; Python leaves the current
folder, which may be that of such a workbook, off its path; and the module becomes a class, whose
members no cell can call.

Every cut is tied to the text it replaces: a new xlwings that says it differently ends the build.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import xlwings

from addin.errors import InputError

SOURCE = "xlwings_custom_addin.bas"
NAME = "xlwings"
PROJECT = "IPS"
CLASS_HEAD = """Attribute VB_Name = "{name}"
Attribute VB_Base = "0{{FCFB3D2A-A0FA-1068-A738-08002B3371B5}}"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = {predeclared}
Attribute VB_Exposed = False
"""
OPEN = re.compile(r"^( *)Declare |^Public (?=Const )", re.MULTILINE)  # no class may have these
FULL_CMD = 'Environ("SystemRoot") & "\\System32\\cmd.exe '


@dataclass(frozen=True)
class Edit:
    """Text from ``start`` through ``end`` becomes ``new``, as often as it stands there.

    Attributes:
        start: Where the text begins.
        end: Where it ends, first place after ``start``; empty if ``start`` is all of it.
        new: What replaces it.
        times: How often it has to be there.
    """

    start: str
    end: str = ""
    new: str = ""
    times: int = 1


LEGACY = '        {name} = GetConfig("INTERPRETER", "{default}")\n    End If\n'
WINDOWS = '    PYTHON_WIN = GetConfig("INTERPRETER_WIN", "")\n'

EDITS = (
    Edit('PROJECT_NAME As String = "myaddin"', new=f'PROJECT_NAME As String = "{PROJECT}"'),
    # the interpreter: only by its full path, only from the user's file
    Edit(
        '    #If Mac Then\n        interpreter = GetConfig("INTERPRETER_MAC", "")\n',
        LEGACY.format(name="interpreter", default="python"),
        "    interpreter = ConfiguredInterpreter()\n",
    ),
    Edit(
        WINDOWS,
        LEGACY.format(name="PYTHON_WIN", default="pythonw"),
        "    PYTHON_WIN = ConfiguredInterpreter()\n",
        times=2,
    ),
    Edit('"cmd.exe ', new=FULL_CMD, times=3),
    # the Python path: neither the workbook's folder nor the current one
    Edit(' -B -c ""', new=' -B -P -c ""', times=2),
    Edit(
        "    ' TODO: Doesn't automatically check if code is embedded\n",
        'AddExcelDir = GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "true")\n',
    ),
    Edit("    #If Mac Then\n        If InStr(ActiveWorkbook.FullName", "#End If\n"),
    Edit('AddExcelDir & ";" & ActiveFullName & ";" & ThisFullName', new='"false;;"', times=2),
    Edit(
        'AddExcelDir & ";" & ActiveWorkbook.FullName & ";" & ThisWorkbook.FullName',
        new='"false;;"',
    ),
    Edit(' & ";" & GetConfig("PYTHONPATH")', new=" & ConfiguredPath()", times=4),
    Edit('ParameterString = PYTHONPATH + ";"', new="ParameterString = PYTHONPATH"),
    Edit(", ActiveFullName As String, ThisFullName As String, AddExcelDir As String"),
    Edit(", AddExcelDir As String"),
    # Python code in sheets
    Edit("    ' Check for embedded Python code\n", '"true")\n    End If\n'),
    Edit("    ' PythonCommand with embedded code\n", "        End If\n    End If\n"),
    Edit(", uses_embedded_code As Boolean"),
    Edit(
        '#If App = "Microsoft Excel" Then\nFunction GetUdfModules',
        "    \nEnd Function\n",
    ),
    Edit(
        "Sub ImportPythonUDFsBase(",
        "    ActiveWorkbook.VBProject.VBComponents.Import tf\nEnd Sub\n",
    ),
    # settings: the add-in's own sheet, then the user's file
    Edit("            'Workbook Sheet Config\n", "                End If\n            End If\n"),
    Edit("    ' Directory Config\n", "            End If\n        End If\n    End If\n"),
    Edit(
        '#If App = "Microsoft Excel" Then\nFunction GetDirectoryPath',
        "    GetDirectoryPath = Path\nEnd Function\n",
    ),
    Edit("Function GetDirectoryConfigFilePath()", "End Function\n"),
    Edit(
        '#If App = "Microsoft Excel" Then\nFunction GetFullName',
        "\nEnd Function\n#End If\n",
    ),
    # what nothing here needs
    Edit("Public Function RunFrozenPython(", "End Function\n"),
    Edit("Function SaveConfigToFile(", "\nEnd Function\n"),
    # Python ends with this on a Mac; the ribbon's module passes it on
    Edit("Private Sub CleanUp()", new="Public Sub CleanUp()"),
)
OWN = """
Private Function ConfiguredInterpreter() As String
    ' A bare name would be looked for in the current folder first
    #If Mac Then
        ConfiguredInterpreter = GetConfig("INTERPRETER_MAC", "", "user")
    #Else
        ConfiguredInterpreter = GetConfig("INTERPRETER_WIN", "", "user")
    #End If
    If Not IsFullPath(ConfiguredInterpreter) Then
        Err.Raise 1002, PROJECT_NAME, "#IPS! add-in: needs its Python, run: ips addin install"
    End If
End Function

Private Function ConfiguredPath() As String
    ' An empty part of the path would be the current folder
    ConfiguredPath = GetConfig("PYTHONPATH", "", "user")
    If ConfiguredPath <> "" Then ConfiguredPath = ";" & ConfiguredPath
End Function
"""


def shipped_module() -> str:
    """The module for custom add-ins as the installed xlwings has it.

    Raises:
        InputError: If it is missing or of another version than the package.
    """
    path = Path(xlwings.__file__).parent / SOURCE
    if not path.is_file():
        raise InputError(f"xlwings {xlwings.__version__}: has no file {SOURCE}")
    text = path.read_text(encoding="cp1252").replace("\r\n", "\n")
    if f'XLWINGS_VERSION As String = "{xlwings.__version__}"' not in text:
        raise InputError(f"xlwings {xlwings.__version__}: its {SOURCE} is of another version")
    return text


def hardened(source: str) -> str:
    """The module as the class that goes into the add-in.

    Args:
        source: As ``shipped_module`` gives it.

    Raises:
        InputError: If a text to be cut is not there as often as it was.
    """
    for edit in EDITS:
        source = _edited(source, edit)
    head, name_line, body = source.partition(f'Attribute VB_Name = "{NAME}"\n')
    if head or not name_line:
        raise _changed(name_line or "Attribute VB_Name")
    body = OPEN.sub(lambda m: f"{m[1]}Private Declare " if m[1] is not None else "Private ", body)
    return CLASS_HEAD.format(name=NAME, predeclared=True) + body + OWN


def _edited(source: str, edit: Edit) -> str:
    first, *others = source.split(edit.start)
    if len(others) != edit.times:
        raise _changed(edit.start)
    if any(edit.end not in other for other in others):
        raise _changed(edit.end)
    kept = (other.partition(edit.end)[2] if edit.end else other for other in others)
    return edit.new.join((first, *kept))


def _changed(text: str) -> InputError:
    line = text.strip().partition("\n")[0]
    return InputError(
        f"xlwings {xlwings.__version__}: its {SOURCE} has changed at '{line}'; "
        "review the cuts in addin/hosts/xlam/hardened.py"
    )
