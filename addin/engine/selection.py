"""Which assets a rule is about: selectors of limits, members of classes, settlement cash."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from addin.domain.holdings import CASH
from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import ClassRange
from addin.domain.universe import Attribute, Universe
from addin.domain.weights import EDGE, Vector
from addin.errors import InputError

CASH_CLASS = "Cash"
_COMPARISON = re.compile(r"^\s*(?P<heading>[^<>=]+?)\s*(?P<sign><=|>=|=)\s*(?P<value>.+?)\s*$")


def is_cash(ticker: str) -> bool:
    """Whether a ticker is settlement cash and not a security."""
    return label_key(ticker) == label_key(CASH)


def _number(text: str) -> float | None:
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None


def _equal(cell: Attribute, wanted: str) -> bool:
    if cell is None:
        return False
    number = _number(wanted)
    if isinstance(cell, float | int) and not isinstance(cell, bool) and number is not None:
        return abs(cell - number) <= EDGE
    return label_key(str(cell)) == label_key(wanted)


def _compared(universe: Universe, heading: str, sign: str, value: str) -> Vector:
    if sign == "=":
        return np.array([float(_equal(cell, value)) for cell in universe.column(heading)])
    bound = _number(value)
    if bound is None:
        raise InputError(f"selector {heading}{sign}{value}: need a number, found '{value}'")
    cells = universe.numbers(heading)  # NaN compares false: a blank cell is not selected
    inside = cells <= bound + EDGE if sign == "<=" else cells >= bound - EDGE
    return inside.astype(float)


def selected(universe: Universe, selector: str) -> Vector:
    """1.0 for each asset a selector names, 0.0 for the others.

    Args:
        universe: N assets and their columns.
        selector: A ticker, ``Column=value``, ``Column<=number``, ``Column>=number``, or blank
            for every asset. An asset whose cell is blank is not selected.

    Returns:
        (N,)

    Raises:
        InputError: If the selector is neither a ticker nor a comparison with a known column.
    """
    if not selector.strip():
        return np.ones(len(universe))
    if found := _COMPARISON.match(selector):
        return _compared(universe, found["heading"], found["sign"], found["value"])
    mask = np.array([float(label_key(t) == label_key(selector)) for t in universe.tickers])
    if mask.any():
        return mask
    known = (*universe.tickers, *(f"Asset class={name}" for name in universe.asset_classes))
    by_class = [name for name in universe.asset_classes if label_key(name) == label_key(selector)]
    near = (
        f" (did you mean 'Asset class={by_class[0]}'?)"
        if by_class
        else did_you_mean(selector, known)
    )
    raise InputError(f"selector '{selector}': no such ticker in the universe{near}")


def class_members(universe: Universe, classes: Sequence[ClassRange], name: str) -> Vector:
    """1.0 for each asset of a class or of a class below it, 0.0 for the others; (N,)."""
    mask = universe.members(name)
    for part in classes:
        if part.parent is not None and label_key(part.parent) == label_key(name):
            mask = np.maximum(mask, class_members(universe, classes, part.name))
    return mask


def widened(universe: Universe, tickers: Iterable[str] = ()) -> Universe:
    """The universe with settlement cash and any further tickers after its own assets.

    Cash is of class Cash and liquid at once; the others have no class, so that they count in no
    class and no selector finds them but their own name.
    """
    known = set(map(label_key, universe.tickers))
    unknown = {label_key(ticker): ticker for ticker in (CASH, *tickers)}
    added = [ticker for key, ticker in unknown.items() if key not in known]
    classes = [CASH_CLASS if is_cash(ticker) else "" for ticker in added]
    at_once = label_key("Liquidity days")
    return replace(
        universe,
        tickers=(*universe.tickers, *added),
        asset_classes=(*universe.asset_classes, *classes),
        lower=(*universe.lower, *(0.0 for _ in added)),
        upper=(*universe.upper, *(1.0 for _ in added)),
        attributes={
            heading: (
                *values,
                *(0.0 if is_cash(t) and label_key(heading) == at_once else None for t in added),
            )
            for heading, values in universe.attributes.items()
        },
    )
