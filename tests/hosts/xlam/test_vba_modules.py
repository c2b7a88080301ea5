"""What no tool on this system reports: mistakes that would stop Excel from compiling a module."""

import re

import pytest

MODULES = (
    *("ThisWorkbook", "xlwings", "Dictionary", "IpsFunctions", "IpsRibbon", "IpsFormulas"),
    "IpsText",
)
OPENING = re.compile(
    r"^(?:(?:Public|Private|Friend|Static) )*(Function|Sub|Property|Enum|Type) \w+", re.IGNORECASE
)
LONGEST_LINE = 1023


def statements(source):
    """Logical lines without comments and literals."""
    joined = re.sub(r" _\n\s*", " ", source)
    for line in joined.split("\n"):
        bare = re.sub(r'"(?:[^"]|"")*"', '""', line).partition("'")[0].strip()
        if bare:
            yield bare


@pytest.mark.parametrize("mac", [False, True])
@pytest.mark.parametrize("name", MODULES)
def test_blocks_are_closed(modules, resolved, name, mac):
    open_blocks = []
    for line in statements(resolved(modules[name].source, mac)):
        words = line.split()
        if line.startswith("End ") and len(words) == 2:
            assert open_blocks.pop() == words[1].casefold(), line
        elif words[0] in ("Next", "Loop"):
            assert open_blocks.pop() == {"Next": "for", "Loop": "do"}[words[0]], line
        elif found := OPENING.match(line):
            open_blocks.append(found[1].casefold())
        elif (words[0] == "If" and words[-1] == "Then") or words[0] in ("With", "For", "Do"):
            open_blocks.append(words[0].casefold())
        elif line.startswith("Select Case"):
            open_blocks.append("select")
    assert not open_blocks


@pytest.mark.parametrize("name", MODULES)
def test_lines_are_not_longer_than_visual_basic_reads(modules, name):
    assert max(map(len, modules[name].source.split("\n"))) <= LONGEST_LINE


@pytest.mark.parametrize("name", MODULES)
def test_conditional_lines_are_no_continuations(modules, name):
    assert not re.search(r" _\n\s*#", modules[name].source)


@pytest.mark.parametrize("name", ["IpsFunctions", "IpsRibbon", "IpsFormulas", "IpsText"])
def test_our_modules_are_ascii_and_declare_their_variables(modules, name):
    assert modules[name].source.isascii()
    assert "\nOption Explicit\n" in modules[name].source


def test_procedures_called_across_modules_exist(modules):
    public = {
        name
        for module in modules.values()
        for name in re.findall(r"^(?:Public )?(?:Sub|Function) (\w+)", module.source, re.MULTILINE)
    }
    for called in ("RunPython", "XLPy", "CleanUp"):
        assert called in public
        assert re.search(
            rf"^(?:Public )?(?:Sub|Function) {called}\b", modules["xlwings"].source, re.M
        )
    used = {"OfferRepair", "RepairAndTell", "Repaired", "CallsOurs", "IsOtherCopy", "PressCommand"}
    assert used | {"IsShellSafe", "IsFullPath"} <= public


def test_only_worksheet_functions_are_functions_of_cells(modules, functions):
    # a public function of a standard module without Option Private Module can be typed in a cell
    reachable = {
        name
        for module in modules.values()
        if module.kind.value == "Module" and "\nOption Private Module\n" not in module.source
        for name in re.findall(r"^(?:Public )?Function (\w+)", module.source, re.MULTILINE)
    }
    assert reachable == set(functions)
