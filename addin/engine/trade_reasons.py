"""Why an asset is bought, sold or held, in words."""

from collections.abc import Iterable, Sequence

from addin.domain.labels import label_key
from addin.domain.policy import Rebalancing
from addin.domain.weights import EDGE
from addin.engine.compliance import RuleCheck, Status, breaches
from addin.engine.trade_assets import Asset


def points(weight: float) -> str:
    """A difference of weights in percentage points: ``3.9 pp``."""
    return f"{abs(weight) * 100:.{1 if abs(weight) >= 0.0005 else 2}f} pp"


def _share(value: float) -> str:
    return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"


def _broken(each: RuleCheck) -> str:
    actual = each.actual or 0.0
    if actual > each.limit:
        return f"{each.subject} over its {_share(each.limit)} maximum"
    return f"{each.subject} under its {_share(each.limit)} minimum"


def broken_by(about: Iterable[str], before: Iterable[RuleCheck], buying: bool) -> list[str]:
    """Broken rules that an order on this side helps to mend, in words.

    Args:
        about: The asset and its class.
        before: Rules broken before the trades.
        buying: Or selling.
    """
    names = {label_key(name) for name in about}
    mended = (each for each in before if ((each.actual or 0.0) < each.limit) == buying)
    return list(dict.fromkeys(_broken(each) for each in mended if label_key(each.subject) in names))


def why_traded(weight: float, target: float, buying: bool, mended: Sequence[str]) -> str:
    """Why an order is made.

    Args:
        weight: Of the asset before the trades.
        target: Of the asset.
        buying: Or selling.
        mended: Broken rules the order helps to mend.
    """
    gap = target - weight
    if gap > EDGE and buying:
        reasons = [f"under target by {points(gap)}"]
    elif gap < -EDGE and not buying:
        reasons = [f"over target by {points(gap)}"]
    else:
        place = f"{weight:.1%} against a target of {target:.1%}"
        deed = "bought to put cash to work" if buying else "sold to raise cash"
        reasons = [f"{deed} or keep a limit: {place}"]
    return "; ".join([*reasons, *mended])


def why_held(asset: Asset, value: float, least: float, lot: float) -> str:
    """Why nothing is done.

    Args:
        asset: Held or wanted.
        value: Of the portfolio after the external flow, account currency.
        least: Smallest order, account currency.
        lot: Value of one lot, account currency; zero where fractions are allowed.
    """
    gap = asset.target * value - asset.market_value
    size = abs(gap)
    if asset.locked:
        return "locked"
    if size < 0.005:
        return "at target"
    if size < least:
        return f"below minimum ticket: {size:,.0f} < {least:,.0f}"
    if size < lot:
        return f"less than one lot: {size:,.0f} < {lot:,.0f}"
    side = "under" if gap > 0 else "over"
    return f"{points(gap / value)} {side} target, held back by cash, turnover or policy limits"


def cash_note(weight: float, rebalancing: Rebalancing) -> str:
    """That cash stays outside its buffer; blank when it does not."""
    least, most = rebalancing.cash_min, rebalancing.cash_max
    if weight < least - EDGE:
        return f"cash is {weight:.2%} after the trades, less than the {_share(least)} wanted"
    if weight > most + EDGE:
        return f"cash is {weight:.2%} after the trades, more than the {_share(most)} allowed"
    return ""


def scaled_note(cash_target: float, rebalancing: Rebalancing) -> str:
    """That targets are scaled because of the cash they leave; blank when they are not."""
    least, most = rebalancing.cash_min, rebalancing.cash_max
    if least - EDGE <= cash_target <= most + EDGE or cash_target > 1 - EDGE:
        return ""
    kept, bound = least, f"less than the {_share(least)} wanted"
    if cash_target > most:
        kept, bound = most, f"more than the {_share(most)} allowed"
    factor = (1 - kept) / (1 - cash_target)
    return f"targets leave {_share(cash_target)} in cash, {bound}: all scaled by {factor:.4g}"


def left_undone(before: Iterable[RuleCheck], after: Sequence[RuleCheck]) -> list[str]:
    """Hard rules the trades leave broken, and rules that could not be checked, in words."""
    was = {each.rule: each.words for each in breaches(before)}
    still = [
        f"still broken: {each.words}" + (f" (before: {was[each.rule]})" if each.rule in was else "")
        for each in breaches(after)
    ]
    unknown = (each for each in after if each.status is Status.UNKNOWN)
    return still + [f"not checked: {each.rule}: {each.words}" for each in unknown]
