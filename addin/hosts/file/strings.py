"""The table of shared strings."""

from functools import cached_property

from lxml import etree

from addin.errors import InputError
from addin.hosts.file.ooxml import MAIN, MOST_DIGITS, SHOWN, Element, main, whole
from addin.hosts.file.package import Package
from addin.hosts.file.text import plain_text, set_text

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><sst xmlns="{MAIN}"/>'


class SharedStrings:
    """Texts by index; new ones are appended, old ones never move."""

    def __init__(self, package: Package) -> None:
        self._package = package

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, index: int) -> str:
        return self._texts[index]

    def holds(self, place: str) -> bool:
        """Whether there is a string at this place, spelled as cells spell it."""
        plain = place.isascii() and place.isdecimal() and len(place) <= MOST_DIGITS
        return plain and int(place) < len(self)

    def item(self, place: str) -> Element:
        """The string with its formats, as stored.

        Raises:
            InputError: If there is none.
        """
        if not self.holds(place):
            name = self._package.name
            raise InputError(f"{name}: is damaged, there is no shared string {place[:SHOWN]}")
        return self._root[int(place)]

    def index(self, text: str) -> int:
        """Where ``text`` stands without formats, appended if it is new."""
        if text not in self._plain:
            self._append(text)
        return self._plain[text]

    def _append(self, text: str) -> None:
        root = self._package.edit(self._part)
        set_text(etree.SubElement(etree.SubElement(root, main("si")), main("t")), text)
        self._texts.append(text)
        self._plain[text] = len(self._texts) - 1
        for count in ("count", "uniqueCount"):
            root.set(count, str(max(len(root), whole(root, count, 0))))

    @cached_property
    def _part(self) -> str:
        found = self._package.related(self._package.workbook_part, "sharedStrings")
        if found:
            return found[0]
        part = self._package.workbook_part.rpartition("/")[0] + "/sharedStrings.xml"
        self._package.add(part, EMPTY.encode(), CONTENT_TYPE)
        self._package.relate(self._package.workbook_part, "sharedStrings", part)
        return part

    @property
    def _root(self) -> Element:
        return self._package.tree(self._part)

    @cached_property
    def _texts(self) -> list[str]:
        return [plain_text(item) for item in self._root]

    @cached_property
    def _plain(self) -> dict[str, int]:
        """Index by text of the strings without formats, which a new cell may share."""
        rich = main("r")
        return {
            text: index
            for index, (text, item) in reversed(
                list(enumerate(zip(self._texts, self._root, strict=True)))
            )
            if item.find(rich) is None
        }
