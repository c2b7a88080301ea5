"""Policy: profiles, and whether a portfolio is inside its policy."""

from typing import Annotated

from addin.domain.profile import CLASSES, LIQUID, PROFILES, Profile, profile_classes
from addin.domain.profile import profile as named_profile
from addin.engine.compliance import RuleCheck, breaches, check
from addin.excel.grid import Cells
from addin.excel.read_market import known_market
from addin.excel.read_policy import read_classes, read_limits
from addin.excel.read_universe import (
    BENCHMARK_WEIGHT,
    CURRENT_WEIGHT,
    read_universe,
    universe_weights,
)
from addin.excel.read_weights import read_weights
from addin.excel.scalars import number_or, required_text
from addin.excel.shape import block
from addin.excel.udf import cells, worksheet_function
from udfs.arguments import Classes, Limits, Market, Universe, Weights


@worksheet_function
def IPS_PROFILE(
    profile: Annotated[
        Cells, cells("Conservative, Moderate, Balanced Growth, Aggressive or Endowment.")
    ],
    horizon_years: Annotated[
        Cells, cells("Years until the money is needed: over 20 or under 5 moves the targets.")
    ] = None,
) -> object:
    """Ranges and target of each asset class in a named risk profile.

    Over 20 years: equity +10, fixed income −8, cash −2 points; under 5: equity −15, fixed
    income +10.5, cash +4.5. A negative target becomes zero, targets are divided by their sum,
    and each range moves with its target, never beyond a maximum the profile states.
    """
    ranges = profile_classes(
        required_text(profile, "profile"), number_or(horizon_years, "horizon_years", None)
    )
    rows = [(c.name, c.lower, c.target, c.upper) for c in ranges]
    return block(("Asset class", "Min", "Target", "Max"), rows)


def _profile_column(each: Profile) -> list[object]:
    """The figures of one profile, in the order of the rows; blank where it asks nothing."""
    ranges = [x for c in each.classes for x in (c.lower, c.target, c.upper)]
    liquid = next((limit.value for limit in each.limits if limit.selector == LIQUID), "")
    spent = (each.liquidity.spending_rate, each.liquidity.inflation, each.required_return)
    return [*ranges, liquid, *("" if rate is None else rate for rate in spent)]


@worksheet_function
def IPS_PROFILES(
    horizon_years: Annotated[
        Cells, cells("Years until the money is needed: over 20 or under 5 moves the targets.")
    ] = None,
) -> object:
    """The risk profiles side by side: ranges and targets of each class, and what else they ask.

    Targets move with the horizon as in IPS_PROFILE. Liquid is what is sold within 5 days; the
    required return is spending and inflation, annual. A blank asks nothing.
    """
    years = number_or(horizon_years, "horizon_years", None)
    labels = [(name, figure) for name in CLASSES for figure in ("Min", "Target", "Max")]
    labels += [("Liquid within 5 days", "Min"), ("Spending", "Rate"), ("Inflation", "Rate")]
    labels += [("Required return", "Min")]
    columns = [_profile_column(named_profile(name, years)) for name in PROFILES]
    rows = [(*label, *row) for label, *row in zip(labels, *columns, strict=True)]
    return block(("Asset class", "Figure", *PROFILES), rows)


def _checks(
    weights: Cells, universe: Cells, classes: Cells, limits: Cells, returns: Cells
) -> list[RuleCheck]:
    assets = read_universe(universe)
    market = known_market(returns, assets)
    return check(
        read_weights(weights),
        assets,
        read_classes(classes),
        read_limits(limits),
        assumptions=market.assumptions if market else None,
        returns=market.returns if market else None,
        benchmark=universe_weights(assets, BENCHMARK_WEIGHT),
        current=universe_weights(assets, CURRENT_WEIGHT),
    )


@worksheet_function
def IPS_CHECK(
    weights: Weights,
    universe: Universe,
    classes: Classes,
    limits: Limits = None,
    returns: Market = None,
) -> object:
    """Every policy rule against a portfolio: limit, actual, headroom; Inside, Watch or Breach.

    Watch: inside with a headroom of at most 5 % of the limit; on the edge (1e-9) is inside.
    Limits on return, volatility, tracking error, beta and cvar need returns (else n/a): annual,
    covariance by ledoit-wolf, expected returns from the universe or shrunk; cvar at 95 % per
    row. Tracking error and beta need the universe's Benchmark weight, turnover its Current
    weight.
    """
    rows = [
        (c.rule, c.limit, c.actual, c.headroom, c.status, "hard" if c.hard else "soft", c.words)
        for c in _checks(weights, universe, classes, limits, returns)
    ]
    return block(("Rule", "Limit", "Actual", "Headroom", "Status", "Severity", "Finding"), rows)


@worksheet_function
def IPS_CHECK_STATUS(
    weights: Weights,
    universe: Universe,
    classes: Classes,
    limits: Limits = None,
    returns: Market = None,
) -> object:
    """PASS, or the number of breaches of hard policy rules: 3 breaches.

    Rules that are n/a for want of data and soft limits do not count; IPS_CHECK lists them.
    """
    broken = len(breaches(_checks(weights, universe, classes, limits, returns)))
    return f"{broken} breaches" if broken else "PASS"
