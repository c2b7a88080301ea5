"""A figure of the report beside the same figure found another way."""

from dataclasses import dataclass

from addin.domain.table import Row, Value

OK, FAIL = "✓ OK", "● FAIL"
ROUNDING, CENT = 1e-9, 0.0


@dataclass(frozen=True)
class Reconciliation:
    """A figure of the report and the same figure found another way."""

    check: str
    reported: float
    second: float
    tolerance: float
    how: str

    @property
    def difference(self) -> float:
        """Reported less second; rounding of the last bits is no difference."""
        gap = self.reported - self.second
        return 0.0 if abs(gap) <= self.tolerance or abs(gap) < 1e-12 else gap

    @property
    def agrees(self) -> bool:
        """Whether both ways give one figure."""
        return self.difference == 0.0

    @property
    def row(self) -> Row:
        """As a row of the sheet."""
        return (
            self.check,
            self.reported,
            self.second,
            self.difference,
            self.tolerance,
            OK if self.agrees else FAIL,
            self.how,
        )


def number(value: Value) -> float:
    """A figure of a table; zero where there is none."""
    return float(value) if isinstance(value, int | float) else 0.0
