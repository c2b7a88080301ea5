"""What follows a table that changes its extent: charts, formats, rules, names, print areas."""

from collections.abc import Iterable
from itertools import chain

from addin.hosts.file.area import Area, parse_reference
from addin.hosts.file.charts import areas_of, chart_formulas, chart_parts, is_title, repoint
from addin.hosts.file.names import PRINT_AREA, DefinedName
from addin.hosts.file.ooxml import Element, local_name, whole_number
from addin.hosts.file.package import Package
from addin.hosts.file.resize import Resize
from addin.hosts.file.sheet import Sheet

SPARKLINE = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}sparkline"
RULES = ("conditionalFormatting", "dataValidation")
DRAWING_NAMESPACE = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"


class Followers:
    """Ranges elsewhere in the package that spanned a table before ``resize``."""

    def __init__(self, package: Package, resize: Resize) -> None:
        self._package = package
        self._resize = resize

    def move_charts(self) -> None:
        """Point chart ranges at the new extent; their kept values are refreshed on saving."""
        for part in chart_parts(self._package):
            for formula in chart_formulas(self._package.tree(part)):
                move = self._moved_heading if is_title(formula) else self._moved
                if repoint(formula, move):
                    self._package.edit(part)

    def move_sparklines(self, part: str) -> None:
        """Point the sparklines of a sheet at the new extent."""
        for element in self._package.tree(part).iterfind(f".//{SPARKLINE}/*"):
            if local_name(element) == "f" and repoint(element, self._moved):
                self._package.edit(part)

    def move_rules(self, sheet: Sheet) -> None:
        """Stretch conditional formats and validations that covered columns of the body."""
        after_cells = (part for part in sheet.root if local_name(part) != "sheetData")
        for element in chain.from_iterable(part.iter() for part in after_cells):
            if local_name(element) in RULES and element.get("sqref"):
                element.set("sqref", self._moved_list(element.get("sqref", "")))
            elif local_name(element) == "sqref" and element.text and not _in_sparkline(element):
                element.text = self._moved_list(element.text)

    def move_names(self, names: Iterable[DefinedName], floor: Area) -> None:
        """Move names of columns of the body, and print areas that ended with the table.

        Args:
            names: Names of the workbook.
            floor: What a print area must still cover on the table's sheet.
        """
        for name in names:
            if name.name == PRINT_AREA and name.scope == self._resize.table.sheet:
                areas = (self._printed(area, floor) for area in areas_of(name.formula))
                name.element.text = ",".join(areas)
            elif ":" in name.formula and (moved := self._moved_area(name.formula)):
                name.element.text = moved.with_corners(self._resize.table.sheet)

    def _moved(self, text: str) -> str | None:
        area = self._moved_area(text)
        return area.absolute(self._resize.table.sheet) if area else None

    def _moved_area(self, text: str) -> Area | None:
        """New place of a range on the table's sheet; None if it stays as it is."""
        place = parse_reference(text)
        if place is None or place[0].casefold() != self._resize.table.sheet.casefold():
            return None
        area = self._resize.moved(place[1])
        return None if area == place[1] else area

    def _moved_heading(self, text: str) -> str | None:
        """A title bound to a heading moves with it; one bound to a single value stays."""
        place = parse_reference(text)
        table = self._resize.table
        if place is None or not table.header_rows or place[1].top != table.area.top:
            return None
        return self._moved(text)

    def _moved_list(self, sqref: str) -> str:
        areas = ((text, Area.parse(text)) for text in sqref.split())
        return " ".join(str((area and self._resize.moved(area)) or text) for text, area in areas)

    def _printed(self, text: str, floor: Area) -> str:
        place = parse_reference(text)
        if place is None or not place[1].overlaps(self._resize.table.area):
            return text
        present, after, area = self._resize.table.area, self._resize.after, place[1]
        bottom = max(after.bottom, floor.bottom) if area.bottom == present.bottom else area.bottom
        right = max(after.right, floor.right) if area.right == present.right else area.right
        return Area(area.top, area.left, bottom, right).absolute(place[0])


def floor_of(package: Package, sheet: Sheet, others: Iterable[Area]) -> Area:
    """Last row and column that other tables and the drawings of a sheet reach."""
    reach = Area(1, 1, 1, 1)
    for area in others:
        reach = reach.union(area)
    for drawing in package.related(sheet.part, "drawing"):
        for end in package.tree(drawing).iter(f"{DRAWING_NAMESPACE}to"):
            reach = reach.union(_anchor_end(end))
    return reach


def _anchor_end(end: Element) -> Area:
    row, column = (
        whole_number(end.findtext(f"{DRAWING_NAMESPACE}{tag}", "0"), end, tag) + 1
        for tag in ("row", "col")
    )
    return Area(row, column, row, column)


def _in_sparkline(element: Element) -> bool:
    holder = element.getparent()
    return holder is not None and local_name(holder) == "sparkline"
