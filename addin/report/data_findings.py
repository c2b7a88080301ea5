"""What the data as a whole has to say, before any price is looked at alone."""

from collections.abc import Iterator, Sequence

from addin.domain.assumptions import Assumptions
from addin.domain.finding import Finding, Severity
from addin.domain.labels import label_key
from addin.domain.policy import Policy, Rule
from addin.domain.required_return import ObjectiveType
from addin.domain.universe import Universe
from addin.engine.data_check import check_prices
from addin.engine.returns import CommonWindow
from addin.engine.selection import groups, selected
from addin.report.case import Case, last_price

FAR_APART = 0.05  # of the price
WORTH_MENTIONING = 1.1  # a window a tenth longer


def _revaluation(case: Case) -> Iterator[Finding]:
    held_on = case.holdings_date
    last = case.priced_until or case.prices.dates[-1].item()
    if held_on is not None and held_on > last:
        yield Finding(
            Severity.WARNING,
            "Holdings",
            f"dated {held_on}, after the last prices of {last}",
            "load prices up to the date of the holdings",
        )
    elif held_on is not None and held_on < case.prices.dates[0]:
        yield Finding(
            Severity.WARNING,
            "Holdings",
            f"dated {held_on}, before the first prices of {case.prices.dates[0]}",
            "each asset keeps the price it was entered with; enter holdings of the report date",
        )
    elif held_on is not None and held_on != case.as_of:
        yield Finding(
            Severity.WARNING,
            "Holdings",
            f"dated {held_on}, report as of {case.as_of}",
            "each price is moved by the asset's return between the dates; enter holdings of "
            "the report date to value them exactly",
        )


def _unpriced(case: Case) -> Iterator[Finding]:
    priced = {label_key(ticker) for ticker in case.prices.tickers}
    for ticker in case.universe.tickers:
        if label_key(ticker) in priced and last_price(case.prices, ticker, case.as_of) is None:
            yield Finding(
                Severity.ERROR,
                f"Prices, {ticker}",
                f"no price on or before {case.as_of}",
                "add prices, or leave the asset out of the universe",
            )


def _short_window(case: Case, window: CommonWindow) -> Iterator[Finding]:
    if window.shortened_by is not None:
        out = ", ".join(window.without)
        yield Finding(
            Severity.NOTE,
            "Returns",
            f"the short history of {window.shortened_by} leaves a common window of {window.rows} "
            f"returns from {window.start}",
            f"{window.rows_without} returns from {window.start_without} without {out} "
            f"(--without {out}), or give it a stand-in (--substitute {window.shortened_by}=…)",
        )


def _substitutions(case: Case) -> Iterator[Finding]:
    for asset, proxy in case.substitutes.items():
        yield Finding(
            Severity.NOTE,
            f"Prices, {asset}",
            f"returns before its first price are those of {proxy}",
            "asked for by --substitute",
        )


def _priced_apart(case: Case) -> Iterator[Finding]:
    """Held at a price far from the price table's of the same day."""
    day = case.holdings_date or case.as_of
    for position in case.holdings.positions:
        market = last_price(case.prices, position.ticker, day)
        if market is None or position.is_cash or day > case.as_of:
            continue
        gap = position.price / market - 1
        if abs(gap) > FAR_APART:
            yield Finding(
                Severity.WARNING,
                f"Holdings, {position.ticker}",
                f"held at {position.price:,.4f}, {gap:+.1%} from the price table's "
                f"{market:,.4f} on {day}",
                "check both: adjusted prices differ from those paid, an unapplied split does too",
            )


def _left_out(case: Case) -> Iterator[Finding]:
    for ticker in case.without:
        yield Finding(
            Severity.NOTE,
            f"Universe, {ticker}",
            "left out of this run: the proposal holds none of it; in the figures of the candidates "
            "and of today's backcast what is held of it counts as cash",
            "asked for by --without; the trades sell it, and their turnover counts that",
        )


def case_findings(case: Case, window: CommonWindow) -> list[Finding]:
    """Dates that disagree, missing prices, and the asset that shortens the common window."""
    return [
        *_revaluation(case),
        *_unpriced(case),
        *_short_window(case, window),
        *_substitutions(case),
        *_priced_apart(case),
        *_left_out(case),
    ]


def price_findings(case: Case, tickers: Sequence[str]) -> list[Finding]:
    """What is odd in the prices of the assets used and of their stand-ins.

    That an asset begins late is no finding where a stand-in's returns come before.
    """
    keys = set(map(label_key, tickers))
    proxies = [proxy for proxy in case.substitutes.values() if label_key(proxy) not in keys]
    used = case.prices.only((*tickers, *dict.fromkeys(proxies)))
    filled = {f"Prices, {asset}" for asset in case.substitutes}
    return [
        finding
        for finding in check_prices(used, as_of=case.as_of)
        if finding.severity is not Severity.NOTE or finding.where not in filled
    ]


def assumption_findings(known: Assumptions) -> Iterator[Finding]:
    """What was done to histories and correlations to reach the assumptions."""
    for note in known.notes:
        yield Finding(
            Severity.NOTE, "Assumptions", note, "see the method sheet; type assumptions to differ"
        )


_SELECTING = (Rule.WEIGHT, Rule.EACH, Rule.EXCLUDE)


def policy_findings(policy: Policy, universe: Universe) -> Iterator[Finding]:
    """Limits that are about no asset, and spending without a word on inflation."""
    for limit in policy.limits:
        selects = limit.rule in _SELECTING and not groups(universe, limit)
        if selects and not selected(universe, limit.selector).any():
            yield Finding(
                Severity.WARNING,
                "Policy_Limits",
                f"{limit.words} is about no asset of the universe",
                "check the spelling of the selector, or leave the limit out",
            )
    spends = any(each.type is ObjectiveType.SPENDING for each in policy.objectives)
    stated = policy.liquidity.spending_rate is not None
    if spends and stated and policy.liquidity.inflation is None:
        yield Finding(
            Severity.NOTE,
            "Policy_Liquidity",
            "spending without inflation: the return required keeps no purchasing power",
            "state inflation",
        )
