"""Imports point one way; deferred imports count too."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("addin", "udfs", "macros", "workbook_templates")

MAY_IMPORT = {
    "addin/errors.py": set(),
    "addin/domain": {"addin.domain", "addin.errors"},
    "addin/engine": {"addin.engine", "addin.domain", "addin.errors"},
    "addin/report": {"addin.report", "addin.engine", "addin.domain", "addin.errors"},
    "addin/excel": {
        "addin.excel",
        "addin.report",
        "addin.engine",
        "addin.domain",
        "addin.errors",
    },
    "addin/hosts": {
        "addin.hosts",
        "addin.excel",
        "addin.report",
        "addin.domain",
        "addin.errors",
    },
    "addin/terminal.py": {
        "addin.hosts",
        "addin.excel",
        "addin.report",
        "addin.engine",
        "addin.domain",
        "addin.errors",
    },
    "addin/console.py": {"addin.errors"},
    "addin/cli_addin.py": {"addin"},
    "addin/cli.py": {"addin", "workbook_templates"},
    "udfs": {"addin.excel", "addin.engine", "addin.domain", "addin.errors", "udfs"},
    "macros": {"addin.excel", "addin.report", "addin.domain", "addin.errors", "macros"},
    "workbook_templates": {"addin", "workbook_templates"},
}
ONLY_EXCEL_MAY_IMPORT = "xlwings"


def files(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if is_module(inner) else str(node.module)


def is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def belongs(name: str, allowed: str) -> bool:
    version_alone = name == "addin"
    return version_alone or name == allowed or name.startswith(f"{allowed}.")


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_imports_point_inwards(place):
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files(place)
        for name in imports(file)
        if name.split(".")[0] in OURS
        and not any(belongs(name, allowed) for allowed in MAY_IMPORT[place])
    ]
    assert not wrong


def test_every_module_has_a_rule():
    ruled = {file for place in MAY_IMPORT for file in files(place)}
    free = {ROOT / "addin/__init__.py"}
    assert {f for ours in OURS for f in (ROOT / ours).rglob("*.py")} - ruled - free == set()


def test_excels_library_is_imported_by_the_excel_package_alone():
    users = {
        str(file.parent.relative_to(ROOT))
        for ours in OURS
        for file in (ROOT / ours).rglob("*.py")
        if any(name.split(".")[0] == ONLY_EXCEL_MAY_IMPORT for name in imports(file))
    }
    assert users <= {"addin/excel", "addin/hosts/xlam"}


def test_no_import_circles():
    modules = [path for ours in OURS for path in (ROOT / ours).rglob("*.py")]
    graph = {
        ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): {
            name for name in imports(module) if name.split(".")[0] in OURS and is_module(name)
        }
        for module in modules
    }
    TopologicalSorter(graph).prepare()
