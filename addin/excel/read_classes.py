"""Asset classes of a policy from cells."""

from collections.abc import Callable, Sequence

from addin.domain.class_range import ClassRange, check_class_names, check_classes
from addin.errors import PolicyError
from addin.excel.grid import Cells
from addin.excel.records import AT_LEAST_ZERO, WEIGHT, Headings, Records, records

CLASS_HEADINGS = Headings(
    required=("Asset class", "Min", "Max"),
    optional=(
        "Target",
        "Parent",
        "Inner min",
        "Inner max",
        "Benchmark",
        "Liquidity days",
    ),
    positional=("Asset class", "Min", "Target", "Max"),
)


def _class_range(table: Records, row: int) -> ClassRange | None:
    before = len(table.mistakes)
    name = table.text(row, "Asset class")
    lower, upper = (table.number_within(row, heading, WEIGHT) for heading in ("Min", "Max"))
    target, inner_lower, inner_upper = (
        table.number_within_or(row, heading, WEIGHT, None)
        for heading in ("Target", "Inner min", "Inner max")
    )
    liquidity_days = table.number_within_or(row, "Liquidity days", AT_LEAST_ZERO, None)
    parent = table.text_or(row, "Parent", None)
    benchmark = table.text_or(row, "Benchmark", None)
    if len(table.mistakes) > before:
        return None
    try:
        return ClassRange(
            name, lower, upper, target, inner_lower, inner_upper, parent, benchmark, liquidity_days
        )
    except PolicyError as error:
        table.mistakes.append(f"{table.grid.row_words(row)}, {error}")
        return None


def _ranges(
    cells: Cells, name: str, check: Callable[[Sequence[ClassRange]], None]
) -> tuple[ClassRange, ...]:
    table = records(cells, name, CLASS_HEADINGS)
    table.unique("Asset class")
    read = [_class_range(table, row) for row in table]
    table.close()
    classes = tuple(c for c in read if c is not None)
    try:
        check(classes)
    except PolicyError as error:
        raise PolicyError(f"{table.grid.prefix}{error}") from None
    return classes


def read_classes(cells: Cells, name: str = "classes") -> tuple[ClassRange, ...]:
    """Asset classes with their ranges and targets.

    Raises:
        InputError: Naming each cell that is wrong, and each row whose minimum, target and
            maximum do not ascend; a blank Min or Max is wrong.
        PolicyError: If the ranges contradict each other.
    """
    return _ranges(cells, name, check_classes)


def read_classes_to_diagnose(cells: Cells, name: str = "classes") -> tuple[ClassRange, ...]:
    """Asset classes whose ranges may contradict each other, as ``read_classes`` otherwise.

    Raises:
        InputError: As ``read_classes``.
        PolicyError: If the parent of a class is unknown, or a class is part of itself.
    """
    return _ranges(cells, name, check_class_names)
