"""How many days an asset takes to become money, where only its class says so."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from addin.domain.class_range import lineage
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange
from addin.domain.universe import Universe

LIQUIDITY_DAYS = "Liquidity days"


def with_class_liquidity(universe: Universe, classes: Sequence[ClassRange]) -> Universe:
    """The universe with each blank number of liquidity days taken from the asset's class.

    A class that says nothing takes it from the class above. Where nobody says, the cell stays
    blank.
    """
    days = {label_key(c.name): c.liquidity_days for c in classes if c.liquidity_days is not None}
    if not days:
        return universe
    headings = [h for h in universe.attributes if label_key(h) == label_key(LIQUIDITY_DAYS)]
    heading = headings[0] if headings else LIQUIDITY_DAYS
    own = universe.attributes.get(heading, (None,) * len(universe))
    filled = tuple(
        _nearest(days, lineage(name, classes)) if cell is None else cell
        for cell, name in zip(own, universe.asset_classes, strict=True)
    )
    return replace(universe, attributes={**universe.attributes, heading: filled})


def _nearest(days: Mapping[str, float], line: Sequence[str]) -> float | None:
    return next((days[label_key(name)] for name in line if label_key(name) in days), None)
