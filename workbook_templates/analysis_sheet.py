"""One analysis sheet: a row of settings on top, below it blocks of formulas side by side.

Nothing stands below a block or within its room, so that a result may grow. Formulas are written
without a result; the file host calculates them when the template is built.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from addin.domain.table import Kind
from workbook_templates.style import ANALYSIS_TAB, LEFT_ALIGNED, SMALL, STATUS_COLOURS, Style, page

TITLE_ROW, HELP_ROW, LABEL_ROW, VALUE_ROW, CAPTION_ROW, HEADER_ROW = 0, 1, 2, 3, 5, 6
FIRST_ROW = HEADER_ROW + 1
ASSETS, CLASSES, RULES, SCENARIOS, OPTIONS, PERIODS = 40, 15, 80, 24, 50, 600
TICKERS = 26
COLUMN_WIDTHS = {Kind.TEXT: 18.0, Kind.MONEY: 15.0}
PLAIN_WIDTH = 13.0
STATUS_HEADINGS = ("Status", "Agrees")


@dataclass(frozen=True)
class Setting:
    """A label and the figure below it.

    Attributes:
        label: What it is; formulas may look it up.
        content: Formula, or a value that the analyst types.
        kind: How it is shown.
        name: Workbook name of the figure, if it has one.
        choices: What may be typed.
    """

    label: str
    content: str | float
    kind: Kind = Kind.ANY
    name: str = ""
    choices: tuple[str, ...] = ()

    @property
    def is_formula(self) -> bool:
        """Whether it is computed."""
        return isinstance(self.content, str) and self.content.startswith("=")


@dataclass(frozen=True)
class Computed:
    """A column of ordinary formulas.

    ``formula`` may use ``{row}``, its sheet row, and ``{above}``, the row before.
    """

    heading: str
    formula: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class AnalysisSheet:
    """A sheet being drawn; rows and columns count from zero."""

    book: xlsxwriter.Workbook
    sheet: Worksheet
    style: Style
    name: str

    @classmethod
    def add(
        cls, book: xlsxwriter.Workbook, style: Style, name: str, help_text: str
    ) -> "AnalysisSheet":
        """A new sheet with its title and one line of help."""
        sheet = book.add_worksheet(name)
        page(sheet, name)
        sheet.set_tab_color(ANALYSIS_TAB)
        sheet.set_row(TITLE_ROW, 28)
        sheet.set_row(HEADER_ROW, 28)
        sheet.write_string(TITLE_ROW, 0, name, style.title)
        sheet.write_string(HELP_ROW, 0, help_text, style.note)
        sheet.freeze_panes(FIRST_ROW, 1)
        return cls(book, sheet, style, name)

    def cells(
        self, column: int, width: int = 1, rows: int = ASSETS, *, headed: bool = False
    ) -> str:
        """Absolute reference to a block: ``'Risk calc'!$A$8:$A$47``."""
        first = HEADER_ROW if headed else FIRST_ROW
        area = xl_range_abs(first, column, HEADER_ROW + rows, column + width - 1)
        return f"'{self.name}'!{area}"

    def setting_cell(self, place: int) -> str:
        """Absolute reference to a setting, counted from zero."""
        cell = xl_rowcol_to_cell(VALUE_ROW, place, row_abs=True, col_abs=True)
        return f"'{self.name}'!{cell}"

    def define(self, name: str, reference: str) -> None:
        """Give cells a workbook name."""
        self.book.define_name(name, f"={reference}")

    def settings(self, *settings: Setting) -> None:
        """Labels across, their figures below."""
        for place, setting in enumerate(settings):
            label = self.style.format(**SMALL, align="left")
            self.sheet.write_string(LABEL_ROW, place, setting.label, label)
            self._write_setting(place, setting)
            if setting.name:
                self.define(setting.name, self.setting_cell(place))

    def _write_setting(self, place: int, setting: Setting) -> None:
        if setting.is_formula:
            shown = self.style.value(setting.kind, align="left", bold=True)
            self.sheet.write_formula(VALUE_ROW, place, str(setting.content), shown, "")
            return
        typed = self.style.input(setting.kind, align="left")
        self.sheet.write(VALUE_ROW, place, setting.content, typed)
        if setting.choices:
            rule = {"validate": "list", "source": list(setting.choices)}
            self.sheet.data_validation(VALUE_ROW, place, VALUE_ROW, place, rule)

    def _caption(self, column: int, width: int, words: str) -> None:
        for i in range(width):
            self.sheet.write_blank(CAPTION_ROW, column + i, None, self.style.heading)
        self.sheet.write_string(CAPTION_ROW, column, words, self.style.heading)

    def _formats(self, kinds: Sequence[Kind], column: int) -> list[tuple[Format, Format]]:
        """Format of the heading and of the values of each column."""
        return [
            (
                self.style.column_head(kind, indent=int(kind in LEFT_ALIGNED and column + i > 0)),
                self.style.value(kind, indent=int(kind in LEFT_ALIGNED and column + i > 0)),
            )
            for i, kind in enumerate(kinds)
        ]

    def spill(
        self, column: int, caption: str, formula: str, kinds: Sequence[Kind], rows: int = ASSETS
    ) -> None:
        """A formula whose result fills the cells below and to the right, up to its room."""
        self._caption(column, len(kinds), caption)
        formats = self._formats(kinds, column)
        for i, (head, value) in enumerate(formats):
            self._set_width(column + i, kinds[i])
            self.sheet.write_blank(HEADER_ROW, column + i, None, head)
            for row in range(FIRST_ROW, HEADER_ROW + rows + 1):
                self.sheet.write_blank(row, column + i, None, value)
        self.sheet.write_dynamic_array_formula(
            HEADER_ROW, column, HEADER_ROW, column, formula, formats[0][0], ""
        )

    def columns(
        self, column: int, caption: str, computed: Sequence[Computed], rows: int = ASSETS
    ) -> None:
        """Ordinary formulas, the same in each row."""
        self._caption(column, len(computed), caption)
        formats = self._formats([each.kind for each in computed], column)
        for i, (each, (head, value)) in enumerate(zip(computed, formats, strict=True)):
            self._set_width(column + i, each.kind)
            if each.heading.startswith("="):
                self.sheet.write_formula(HEADER_ROW, column + i, each.heading, head, "")
            else:
                self.sheet.write_string(HEADER_ROW, column + i, each.heading, head)
            for row in range(FIRST_ROW, HEADER_ROW + rows + 1):
                formula = each.formula.format(row=row + 1, above=row)
                self.sheet.write_formula(row, column + i, formula, value, "")
        for i, each in enumerate(computed):
            if each.heading in STATUS_HEADINGS:
                self.colour_statuses(column + i, rows)

    def _set_width(self, column: int, kind: Kind) -> None:
        self.sheet.set_column(column, column, COLUMN_WIDTHS.get(kind, PLAIN_WIDTH))

    def colour_statuses(self, column: int, rows: int) -> None:
        """Statuses in their colour."""
        for word, colour in STATUS_COLOURS.items():
            look = self.book.add_format({"font_color": colour, "bold": True})
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
            self.sheet.conditional_format(FIRST_ROW, column, HEADER_ROW + rows, column, rule)


def option(place: int) -> str:
    """The option whose key is the label of a setting."""
    label = f"{'ABCDEFGH'[place]}$3"
    return f'=IFERROR(INDEX(Option_values,MATCH({label},Option_keys,0)),"")'
