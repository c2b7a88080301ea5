"""Functions of a firm of its own: one as ours are made, one plain."""

from datetime import date
from typing import Annotated

from addin.excel.udf import cells, worksheet_function

__all__ = ["ACME_SEEN", "ACME_TABLE", "IPS_ACME_FAULT"]


@worksheet_function
def ACME_SEEN(  # noqa: N802
    first: Annotated[object, cells("First thing to look at.")] = None,
    second: Annotated[object, cells("Second thing to look at.")] = None,
    third: Annotated[object, cells("Third thing to look at.")] = None,
) -> object:
    """What a host hands over."""
    return repr((first, second, third))


@worksheet_function
def ACME_TABLE(number: Annotated[object, cells("Any number.")]) -> object:  # noqa: N802
    """Everything a cell can hold."""
    return [["Name", "Value"], ["date", date(2025, 6, 30)], ["flags", True], ["", False],
            ["n/a", "#N/A"], ["number", number]]  # fmt: skip


def IPS_ACME_FAULT(number):  # noqa: N802
    return 1 / number
