"""Where the money is: classes against their policy ranges, and the assets within them."""

from addin.domain.class_range import lineage
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange
from addin.domain.table import Row
from addin.domain.weights import EDGE
from addin.engine.drift import DriftRow
from addin.report.masthead import masthead
from addin.report.schema import ALLOCATION, CLASSES, POSITIONS, filled, title_name
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import DRIFT_SIGNS, difference, distance, drawn, listed, percent, shown

CLASS, ASSET = "Class", "Asset"


def drift_by_class(study: Study) -> dict[str, DriftRow]:
    """Drift of each class that has a policy target."""
    return {label_key(row.asset): row for row in study.drift}


def class_rows(study: Study) -> list[Row]:
    """One row per class for the charts, drift and levels in percentage points."""
    rows = study.case.policy.rebalancing
    actual, drifts = study.class_weights(study.current_weights), drift_by_class(study)
    result: list[Row] = []
    for each in study.top_classes:
        row = drifts.get(label_key(each.name))
        result.append(
            (
                each.name,
                float(actual[each.name]),
                drawn(each.target),
                each.lower,
                each.upper - each.lower,
                drawn(row.drift * 100 if row else None),
                *(level * 100 for level in (rows.watch, rows.flag, -rows.watch, -rows.flag)),
            )
        )
    return result


def _class_row(study: Study, each: ClassRange, weight: float, row: DriftRow | None) -> Row:
    flag = study.case.policy.rebalancing.flag
    return (
        each.name,
        CLASS,
        weight * study.value,
        weight,
        shown(each.target),
        each.lower,
        each.upper,
        shown(row.drift * 100 if row else None),
        shown(row.relative if row else None),
        shown((flag - abs(row.drift)) * 100 if row else None),
        DRIFT_SIGNS[row.status] if row else shown(None),
        str(row.risk_level) if row else shown(None),
    )


def _asset_row(study: Study, place: int) -> Row:
    universe = study.all_assets
    ticker = universe.tickers[place]
    weight, target = float(study.current_weights[ticker]), study.recommended.weights.get(ticker)
    lower, upper = asset_bounds(study).get(ticker, (universe.lower[place], universe.upper[place]))
    room = min(weight - lower, upper - weight)
    away = difference(weight, target, scale=100)
    return (
        ticker,
        ASSET,
        weight * study.value,
        weight,
        shown(target),
        lower,
        upper,
        shown(away),
        shown(away / target / 100 if away is not None and target else None),
        room * 100,
        "✓ Inside" if room >= -EDGE else "● Breach",
        "",
    )


def asset_bounds(study: Study) -> dict[str, tuple[float, float]]:
    """Smallest and largest weight of each asset after every rule about it alone.

    Cash may be anywhere in the policy's range, though a proposal holds no more than it must.
    """
    feasible = study.feasible
    found = zip(feasible.tickers, feasible.lower.tolist(), feasible.upper.tolist(), strict=True)
    cash = study.all_assets.tickers[-1]
    return {ticker: (low, high) for ticker, low, high in found if ticker != cash}


def position_rows(study: Study) -> list[Row]:
    """Each class followed by its assets."""
    actual, drifts = study.class_weights(study.current_weights), drift_by_class(study)
    names, classes = study.all_assets.asset_classes, study.case.policy.classes
    of_class = [lineage(name, classes)[-1] for name in names]
    rows: list[Row] = []
    for each in study.top_classes:
        row = drifts.get(label_key(each.name))
        rows.append(_class_row(study, each, float(actual[each.name]), row))
        rows += [
            _asset_row(study, place)
            for place, name in enumerate(of_class)
            if label_key(name) == label_key(each.name)
        ]
    return rows


def widest(study: Study) -> DriftRow | None:
    """The class furthest from its target."""
    return max(study.drift, key=lambda row: abs(row.drift), default=None)


def allocation_title(study: Study) -> str:
    """``Equity 3.2 pp over target, still inside its range``."""
    row = widest(study)
    if row is None or abs(row.drift) < 0.0005:
        return "Every asset class stands at its target"
    ranges = {label_key(c.name): c for c in study.top_classes}
    own = ranges[label_key(row.asset)]
    side = "over" if row.drift > 0 else "under"
    inside = own.lower - EDGE <= row.current <= own.upper + EDGE
    edge = own.upper if row.drift > 0 else own.lower
    where = "still inside its range" if inside else f"outside its range of {percent(edge)}"
    return f"{row.asset} {distance(row.drift)} {side} target, {where}"


def drift_title(study: Study) -> str:
    """``Equity is past the rebalance line, Fixed income past the watch line``."""
    past = {
        line: [row.asset for row in study.drift if row.status == status]
        for status, line in (("Rebalance", "rebalance"), ("Watch", "watch"))
    }
    said = [
        f"{listed(names, most=2)} past the {line} line" for line, names in past.items() if names
    ]
    return "; ".join(said) if said else "No class is past the watch line"


def allocation(study: Study) -> Section:
    """Value, weight, target, range, drift and status of classes and assets."""
    finding = f"{allocation_title(study)}. {drift_title(study)}."
    return Section(
        ALLOCATION,
        (filled(POSITIONS, position_rows(study)), filled(CLASSES, class_rows(study))),
        {
            **masthead(study, ALLOCATION, finding),
            title_name(ALLOCATION, "Allocation"): allocation_title(study),
            title_name(ALLOCATION, "Drift"): drift_title(study),
        },
    )
