import json
import struct
import zipfile

import pytest
from lxml import etree

from addin.errors import InputError
from addin.excel.udf import help_of
from addin.hosts.configuration import load_functions
from addin.hosts.libreoffice.extension import build_extension, extension_parts

OOR = "{http://openoffice.org/2001/registry}"


@pytest.fixture(scope="module")
def functions():
    return load_functions()


@pytest.fixture(scope="module")
def parts(functions):
    return extension_parts(functions)


def nodes(parent, name):
    found = parent.find(f"node[@{OOR}name='{name}']")
    return [] if found is None else list(found)


def text(node, name):
    return node.findtext(f"prop[@{OOR}name='{name}']/value")


def settings(parts):
    """Functions as Calc's function wizard lists them, by name."""
    root = etree.fromstring(parts["CalcAddIns.xcu"])
    (service,) = nodes(root, "AddInInfo")
    return {text(node, "DisplayName"): node for node in nodes(service, "AddInFunctions")}


class TypeLibrary:
    """A reader of UNO's binary types, written from the format's description."""

    def __init__(self, data):
        assert data[:8] == b"UNOIDL\xff\0"
        self.data = data

    def number(self, at):
        return struct.unpack_from("<I", self.data, at)[0]

    def text(self, at):
        size = self.number(at)
        return self.data[at + 4 : at + 4 + size].decode(), at + 4 + size

    def members(self, at, count):
        for entry in range(at, at + 8 * count, 8):
            name = self.number(entry)
            yield self.data[name : self.data.index(0, name)].decode(), self.number(entry + 4)

    def interface(self, path):
        at, count = self.number(8), self.number(12)
        for name in path.split("."):
            place = dict(self.members(at, count))[name]
            at, count = place + 5, self.number(place + 1)
        assert self.data[place] == 5
        return place

    def methods(self, path):
        at = self.interface(path) + 1
        assert self.number(at) == 1
        base, at = self.text(at + 4)
        assert base == "com.sun.star.uno.XInterface"
        assert self.number(at) == self.number(at + 4) == 0  # optional bases, attributes
        found = {}
        count, at = self.number(at + 8), at + 12
        for _ in range(count):
            name, at = self.text(at)
            kind, at = self.text(at)
            arguments, at = self.arguments(at)
            found[name] = (kind, arguments)
            assert self.number(at) == 0  # exceptions
            at += 4
        assert at <= len(self.data)
        return found

    def arguments(self, at):
        count, at = self.number(at), at + 4
        found = []
        for _ in range(count):
            assert self.data[at] == 0  # goes in
            name, at = self.text(at + 1)
            kind, at = self.text(at)
            found.append((name, kind))
        return found, at


def test_every_function_is_listed_with_its_help(functions, parts):
    listed = settings(parts)
    assert sorted(listed) == sorted(functions)
    for name, node in listed.items():
        about = help_of(functions[name])
        assert text(node, "Description") == about.description
        assert text(node, "CompatibilityName") == name
        assert [
            (text(p, "DisplayName"), text(p, "Description")) for p in nodes(node, "Parameters")
        ] == [(a.name, a.help) for a in about.arguments]


def test_every_function_has_a_method_that_takes_and_gives_anything(functions, parts):
    catalogue = json.loads(parts["functions.json"])
    methods = TypeLibrary(parts["types.rdb"]).methods(catalogue["interface"])
    assert {about["function"] for about in catalogue["methods"].values()} == set(functions)
    for method, (kind, arguments) in methods.items():
        about = help_of(functions[catalogue["methods"][method]["function"]])
        assert kind == "[][]any"
        assert [k for _, k in arguments] == ["any"] * len(about.arguments)


def test_settings_and_types_call_the_arguments_by_the_same_sorted_names(parts):
    catalogue = json.loads(parts["functions.json"])
    methods = TypeLibrary(parts["types.rdb"]).methods(catalogue["interface"])
    for name, node in settings(parts).items():
        named = [p.get(f"{OOR}name") for p in nodes(node, "Parameters")]
        assert named == [n for n, _ in methods[name.lower()][1]] == sorted(named)


def test_every_file_the_extension_names_is_in_it(parts):
    manifest = etree.fromstring(parts["META-INF/manifest.xml"])
    (component,) = etree.fromstring(parts["ips.components"])
    named = [entry.get(f"{{{entry.nsmap['manifest']}}}full-path") for entry in manifest]
    assert len(named) == 3 and {*named, component.get("uri"), "functions.json"} <= set(parts)


def test_same_functions_give_the_same_bytes(functions, tmp_path):
    first = build_extension(tmp_path / "first.oxt", functions)
    shuffled = dict(sorted(functions.items(), reverse=True))
    second = build_extension(tmp_path / "second.oxt", shuffled)
    assert first.read_bytes() == second.read_bytes()
    assert zipfile.ZipFile(first).testzip() is None


def test_functions_of_a_firm_of_its_own_are_in_it(functions, acme):
    listed = settings(extension_parts(acme))
    assert set(listed) == {*functions, "ACME_SEEN", "ACME_TABLE", "IPS_ACME_FAULT"}
    assert text(listed["ACME_SEEN"], "Description") == "What a host hands over."
    assert text(nodes(listed["IPS_ACME_FAULT"], "Parameters")[0], "DisplayName") == "number"


@pytest.mark.parametrize("name", ["IPS_ÜBER", "IPS__X", "1IPS", "IPS_"])
def test_a_name_that_calc_cannot_know_is_refused(name):
    with pytest.raises(InputError, match=f"{name}: a function of LibreOffice is named"):
        extension_parts({name: lambda: 1})


def test_an_extension_without_functions_is_refused():
    with pytest.raises(InputError, match="needs a function, found none"):
        extension_parts({})
