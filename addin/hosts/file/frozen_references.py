"""What a frozen pack may still refer to: cells of the sheets it keeps."""

import re
from collections.abc import Sequence

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

from addin.hosts.file.area import Area, parse_reference, unquoted_sheet
from addin.hosts.file.charts import areas_of
from addin.hosts.file.names import DefinedName

_WHOLE = re.compile(r"\$?([A-Za-z]{1,3}):\$?[A-Za-z]{1,3}$|\$?\d+:\$?\d+$")
_OURS = re.compile(r"^(IPS_|_xll\.|_xldudf_)|!", re.IGNORECASE)


class KeptReferences:
    """Tells references among kept sheets from all others.

    Args:
        sheets: Names of the kept sheets.
        names: Defined names of the source, which the pack does not have.
    """

    def __init__(self, sheets: Sequence[str], names: Sequence[DefinedName]) -> None:
        self._sheets = {sheet.casefold() for sheet in sheets}
        self._names = {name.name.casefold(): name.formula for name in names}

    def keeps_sheet(self, text: str) -> bool:
        """Whether a sheet name, quoted or not, is that of a kept sheet."""
        return unquoted_sheet(text).casefold() in self._sheets

    def kept_areas(self, formula: str) -> str | None:
        """A chart formula as areas of kept sheets; None if it is anything else."""
        text = self._names.get(formula.rpartition("!")[2].casefold(), formula)
        places = [parse_reference(area) for area in areas_of(text)]
        kept = all(place is not None and self.keeps_sheet(place[0]) for place in places)
        return text if kept else None

    def keeps_formula(self, formula: str) -> bool:
        """Whether a rule's formula needs only kept sheets and Excel's own functions."""
        try:
            tokens = Tokenizer(f"={formula.removeprefix('=')}").items
        except TokenizerError:
            return False
        return all(self._keeps(token) for token in tokens)

    def _keeps(self, token: Token) -> bool:
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            return not _OURS.search(token.value)
        if token.type != Token.OPERAND or token.subtype != Token.RANGE:
            return True
        sheet, mark, cells = token.value.rpartition("!")
        if "[" in token.value or (mark and not self.keeps_sheet(sheet)):
            return False
        return Area.parse(cells) is not None or bool(_WHOLE.match(cells))
