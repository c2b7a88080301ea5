"""The extension (``.oxt``) that gives Calc our worksheet functions."""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from lxml import etree

from addin import __version__
from addin.hosts.file.ooxml import Element
from addin.hosts.file.package import zipped
from addin.hosts.file.save import save_atomically
from addin.hosts.libreoffice.declaration import (
    INTERFACE,
    SERVICE,
    Declaration,
    Functions,
    declarations,
)
from addin.hosts.libreoffice.type_library import type_library

IDENTIFIER = "org.ipsaddin"
LANGUAGE = "en-US"
CATEGORY = "Add-In"  # Calc knows no category of ours
TYPES, COMPONENTS, SETTINGS = "types.rdb", "ips.components", "CalcAddIns.xcu"
CODE, CATALOGUE = "ips_component.py", "functions.json"

_MANIFEST = "http://openoffice.org/2001/manifest"
_REGISTRY = "http://openoffice.org/2001/registry"
_DESCRIPTION = "http://openoffice.org/extensions/description/2006"
_COMPONENTS = "http://openoffice.org/2010/uno-components"
_PREFIXES = {_MANIFEST: "manifest", _DESCRIPTION: "description", _COMPONENTS: "uno"}
_XML = "{http://www.w3.org/XML/1998/namespace}"
_UNO = "application/vnd.sun.star."
_KINDS = {
    TYPES: f"{_UNO}uno-typelibrary;type=RDB",
    COMPONENTS: f"{_UNO}uno-components",
    SETTINGS: f"{_UNO}configuration-data",
}


def build_extension(target: Path, functions: Functions) -> Path:
    """Write the extension; the same functions give the same bytes.

    It holds the names and help of the functions, not their code: LibreOffice's Python imports
    the installed packages from the folders ``PYTHONPATH`` of the user's ``.IPS/IPS.conf`` names.

    Args:
        target: File to write, ``….oxt``.
        functions: Worksheet functions by name.

    Raises:
        InputError: If there are no functions, or a name cannot be one in LibreOffice.
    """
    save_atomically(target, zipped(extension_parts(functions)))
    return target


def extension_parts(functions: Functions) -> dict[str, bytes]:
    """Files of the extension by name.

    Raises:
        InputError: If there are no functions, or a name cannot be one in LibreOffice.
    """
    declared = declarations(functions)
    return {
        "META-INF/manifest.xml": _markup(_manifest()),
        "description.xml": _markup(_description()),
        TYPES: type_library(declared),
        COMPONENTS: _markup(_components()),
        SETTINGS: _markup(_settings(declared)),
        CATALOGUE: _catalogue(declared),
        CODE: files(__package__).joinpath("component.py").read_bytes(),
    }


def _manifest() -> Element:
    name = f"{{{_MANIFEST}}}"
    entries = (
        _element(_MANIFEST, "file-entry", **{f"{name}media-type": kind, f"{name}full-path": part})
        for part, kind in _KINDS.items()
    )
    return _element(_MANIFEST, "manifest", *entries)


def _description() -> Element:
    name = _element(_DESCRIPTION, "name", lang="en")
    name.text = "IPS"
    return _element(
        _DESCRIPTION,
        "description",
        _element(_DESCRIPTION, "identifier", value=IDENTIFIER),
        _element(_DESCRIPTION, "version", value=__version__),
        _element(_DESCRIPTION, "display-name", name),
    )


def _components() -> Element:
    service = _element(_COMPONENTS, "service", name=SERVICE)
    implementation = _element(_COMPONENTS, "implementation", service, name=SERVICE)
    loader = {"loader": "com.sun.star.loader.Python", "uri": CODE}
    component = _element(_COMPONENTS, "component", implementation, **loader)
    return _element(_COMPONENTS, "components", component)


def _element(namespace: str, tag: str, /, *children: Element, **attributes: str) -> Element:
    made = etree.Element(f"{{{namespace}}}{tag}", attributes, {_PREFIXES[namespace]: namespace})
    made.extend(children)
    return made


def _settings(functions: Sequence[Declaration]) -> Element:
    service = _node(SERVICE, _node("AddInFunctions", *map(_function, functions), replace=False))
    root = etree.Element(f"{{{_REGISTRY}}}component-data", nsmap={"oor": _REGISTRY})
    root.append(_node("AddInInfo", service, replace=False))
    root.set(f"{{{_REGISTRY}}}name", "CalcAddIns")
    root.set(f"{{{_REGISTRY}}}package", "org.openoffice.Office")
    return root


def _function(function: Declaration) -> Element:
    about = function.help
    described = zip(function.parameters, about.arguments, strict=True)
    parameters = (
        _node(parameter, _text("DisplayName", argument.name), _text("Description", argument.help))
        for parameter, argument in described
    )
    return _node(
        function.method,
        _text("DisplayName", function.name),
        _text("Description", about.description),
        _text("CompatibilityName", function.name),
        _property("Category", etree.Element("value"), CATEGORY),
        _node("Parameters", *parameters, replace=False),
    )


def _node(name: str, *children: Element, replace: bool = True) -> Element:
    """A node of the settings; those in a set say that they replace one of their name."""
    node = etree.Element("node")
    node.set(f"{{{_REGISTRY}}}name", name)
    if replace:
        node.set(f"{{{_REGISTRY}}}op", "replace")
    node.extend(children)
    return node


def _text(name: str, text: str) -> Element:
    value = etree.Element("value")
    value.set(f"{_XML}lang", LANGUAGE)
    return _property(name, value, text)


def _property(name: str, value: Element, text: str) -> Element:
    found = etree.Element("prop")
    found.set(f"{{{_REGISTRY}}}name", name)
    value.text = text
    found.append(value)
    return found


def _catalogue(functions: Sequence[Declaration]) -> bytes:
    methods = {f.method: {"function": f.name, "arguments": len(f.parameters)} for f in functions}
    content = {"service": SERVICE, "interface": INTERFACE, "methods": methods}
    return json.dumps(content, indent=1).encode() + b"\n"


def _markup(root: Element) -> bytes:
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text
