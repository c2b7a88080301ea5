"""Which assets a rule is about: selectors of limits, members of classes, settlement cash."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from addin.domain.holdings import CASH
from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Attribute, Universe
from addin.domain.weights import EDGE, Vector
from addin.errors import InputError

CASH_CLASS = "Cash"
_SIGNS = {"<=": "<=", "=<": "<=", "≤": "<=", ">=": ">=", "=>": ">=", "≥": ">=", "=": "="}
_COMPARISON = re.compile(r"(?P<heading>[^<>=≤≥]*)(?P<sign>[<>=≤≥]+)(?P<value>.*)", re.DOTALL)
_NEARLY = 0.9  # ratings such as BBB and BBB+ are nearer than words usually are, and differ


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


def _equals(universe: Universe, heading: str, value: str) -> Vector:
    cells = universe.column(heading)
    mask = np.array([float(_equal(cell, value)) for cell in cells])
    if not mask.any():
        words = [cell for cell in cells if isinstance(cell, str)]
        if near := did_you_mean(value, words, cutoff=_NEARLY):
            raise InputError(f"selector '{heading}={value}': no asset has '{value}'{near}")
    return mask


def _compared(universe: Universe, selector: str, heading: str, sign: str, value: str) -> Vector:
    if sign not in _SIGNS or not heading or not value:
        raise InputError(
            f"selector '{selector}': need a heading, one of =, <= or >=, and a value "
            "(as Region=Europe)"
        )
    if _SIGNS[sign] == "=":
        return _equals(universe, heading, value)
    bound = _number(value)
    if bound is None:
        raise InputError(f"selector {heading}{sign}{value}: need a number, found '{value}'")
    cells = universe.numbers(heading)  # NaN compares false: a blank cell is not selected
    inside = cells <= bound + EDGE if _SIGNS[sign] == "<=" else cells >= bound - EDGE
    return inside.astype(float)


def selected(universe: Universe, selector: str) -> Vector:
    """1.0 for each asset a selector names, 0.0 for the others.

    Args:
        universe: N assets and their columns.
        selector: A ticker, ``Column=value``, ``Column<=number``, ``Column>=number``, or blank
            for every asset. An asset whose cell is blank is not selected. Text is compared in
            any case; a number may be in percent (``Yield>=3%``).

    Returns:
        (N,)

    Raises:
        InputError: If the selector is neither a ticker nor a comparison with a known column, or
            no asset has the text asked for but one has nearly the same.
    """
    if not selector.strip():
        return np.ones(len(universe))
    if found := _COMPARISON.fullmatch(selector):
        heading, sign, value = (found[part].strip() for part in ("heading", "sign", "value"))
        return _compared(universe, selector.strip(), heading, sign, value)
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


def groups(universe: Universe, limit: Limit) -> list[tuple[str, Vector]]:
    """The totals a limit of ``each`` is about when its selector is a column: one per value.

    ``each, Issuer, <=, 0.10`` is about what is held of every issuer, all its assets together.
    An asset whose cell is blank is in no group, and a ticker comes before a column of its name.

    Returns:
        The limit in words (``Issuer=Shell ≤ 10%``) and (N,) members, in order of the assets; none
        if the limit is about the weights of assets one by one.
    """
    key = label_key(limit.selector)
    headings = [h for h in ("Asset class", *universe.attributes) if label_key(h) == key]
    is_ticker = key in map(label_key, universe.tickers)
    if limit.rule is not Rule.EACH or is_ticker or not headings:
        return []
    cells = universe.column(headings[0])
    first = {label_key(str(cell)): cell for cell in cells[::-1] if not _blank(cell)}
    names = dict.fromkeys(label_key(str(cell)) for cell in cells if not _blank(cell))
    return [
        (
            _total(limit, headings[0], first[name]).words,
            np.array([float(not _blank(cell) and label_key(str(cell)) == name) for cell in cells]),
        )
        for name in names
    ]


def _blank(cell: Attribute) -> bool:
    return cell is None or cell == ""


def _total(limit: Limit, heading: str, cell: Attribute) -> Limit:
    value = f"{cell:g}" if isinstance(cell, float) else str(cell)
    return replace(limit, rule=Rule.WEIGHT, selector=f"{heading}={value}")


def average_row(universe: Universe, limit: Limit) -> Vector:
    """The row of a limit of an average: with weights that add up to one, row·w meets its value.

    The average is over all but settlement cash, which has no attributes; cash at the limit's
    own value neither helps nor hurts.

    Returns:
        (N,) in the unit of the column.

    Raises:
        InputError: If there is no such column, or an asset's cell holds no number.
    """
    numbers = universe.numbers(limit.selector)
    row: Vector = np.where(list(map(is_cash, universe.tickers)), limit.value, numbers)
    if np.isnan(row).any():
        ticker = universe.tickers[int(np.argmax(np.isnan(row)))]
        raise InputError(
            f"universe, {ticker}, {limit.selector}: need a number for the limit "
            f"'{limit.words}', found an empty cell"
        )
    return row


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


def require_known_classes(universe: Universe, classes: Sequence[ClassRange]) -> None:
    """Refuse an asset whose class is nearly one that has a range: no range would hold for it.

    Raises:
        InputError: Naming the asset and the class it seems to mean.
    """
    names = [each.name for each in classes]
    known = set(map(label_key, names))
    for ticker, name in zip(universe.tickers, universe.asset_classes, strict=True):
        if label_key(name) not in known and (near := did_you_mean(name, names)):
            raise InputError(
                f"universe, {ticker}, Asset class: expected one of {', '.join(names)}, "
                f"found '{name}'{near}"
            )
