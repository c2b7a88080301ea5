"""What a study rests on: what is held, the returns of the assets, and what they promise.

Money held in accounts is the asset ``CASH`` of class Cash: it earns the risk-free rate.
"""

from dataclasses import replace
from functools import cached_property

import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.finding import Finding
from addin.domain.history import Prices, Returns
from addin.domain.holdings import CASH, Holdings
from addin.domain.labels import label_key
from addin.domain.universe import Universe
from addin.domain.weights import aligned
from addin.engine import returns as periods
from addin.engine.covariance import CovarianceMethod
from addin.engine.data_check import check_covariance
from addin.engine.expected_returns import Beliefs, ExpectedReturnMethod, assumptions
from addin.engine.moments import RaggedHistory
from addin.engine.returns import CommonWindow, Frequency, common_window
from addin.engine.substitution import substituted
from addin.errors import InputError
from addin.report.case import Case, revalued
from addin.report.cash import cash_assumptions, cash_returns, with_cash
from addin.report.data_findings import (
    WORTH_MENTIONING,
    assumption_findings,
    case_findings,
    policy_findings,
    price_findings,
)

LEAST_RETURNS = 2  # a standard deviation needs as many


class Basis:
    """What is held in one ``Case``, and what the market says about it."""

    def __init__(self, case: Case) -> None:
        self.case = case

    # --- what is held -----------------------------------------------------------------------

    @cached_property
    def holdings(self) -> Holdings:
        """Holdings at the prices of the valuation date."""
        case = self.case
        if case.holdings_date is None or case.holdings_date == case.as_of:
            return case.holdings
        return revalued(case.holdings, case.prices, case.holdings_date, case.as_of)

    @cached_property
    def value(self) -> float:
        """Market value of the portfolio, account currency."""
        return self.holdings.value

    @cached_property
    def current_weights(self) -> pd.Series:
        """Weights held, by ticker; zero for what is not held, CASH last."""
        names = list(self.all_assets.tickers)
        held = pd.Series(aligned(self.holdings.weights, names, "holdings"), index=names)
        return held

    @cached_property
    def all_assets(self) -> Universe:
        """Every asset of the universe, and cash within the policy's bounds."""
        rules = self.case.policy.rebalancing
        return with_cash(self.case.universe, rules.cash_min, rules.cash_max)

    @cached_property
    def investable(self) -> Universe:
        """What a proposal may hold: the universe less what this run leaves out, and cash."""
        universe = self.case.universe
        out = {label_key(ticker) for ticker in self.case.without}
        keep = [i for i, ticker in enumerate(universe.tickers) if label_key(ticker) not in out]
        rules = self.case.policy.rebalancing
        return with_cash(universe.at(keep), rules.cash_min, rules.cash_max)

    @property
    def priced_assets(self) -> tuple[str, ...]:
        """Investable tickers without cash."""
        return self.investable.tickers[:-1]

    # --- what the market says ---------------------------------------------------------------

    @cached_property
    def prices(self) -> Prices:
        """Daily prices of all assets, early gaps filled by substitutes."""
        return substituted(self.case.prices, self.case.substitutes)

    @cached_property
    def daily_returns(self) -> Returns:
        """Returns as often as there are prices, with cash."""
        returns = periods.simple_returns(self._priced(self.prices)).complete()
        per_year = periods.periods_per_year(returns.dates)
        return cash_returns(returns, self.case.options.risk_free, per_year)

    @cached_property
    def ragged_returns(self) -> Returns:
        """Returns at the policy's frequency, gaps where an asset had no price yet."""
        frequency = Frequency(self.case.options.frequency or Frequency.MONTHLY)
        ends = periods.period_ends(self._priced(self.prices), frequency)
        if len(ends.dates) <= LEAST_RETURNS:
            raise InputError(
                f"Prices: expected at least {LEAST_RETURNS} {frequency} returns up to "
                f"{self.case.as_of}, found {len(ends.dates) - 1}"
            )
        return periods.simple_returns(ends)

    @cached_property
    def window(self) -> CommonWindow:
        """The dates on which every asset has a return, and who shortens them by much."""
        window = common_window(self.ragged_returns)
        if window.rows_without <= WORTH_MENTIONING * window.rows:
            return replace(window, shortened_by=None, without=())
        return window

    @cached_property
    def asset_returns(self) -> Returns:
        """Returns over the common window, at the policy's frequency; without cash."""
        return self.ragged_returns.complete()

    @cached_property
    def returns(self) -> Returns:
        """Returns over the common window, at the policy's frequency; with cash."""
        return cash_returns(self.asset_returns, self.case.options.risk_free, self.per_year)

    @cached_property
    def per_year(self) -> float:
        """Periods per year of ``returns``."""
        given = self.case.options.periods_per_year
        return given or periods.periods_per_year(self.asset_returns.dates)

    @cached_property
    def findings(self) -> list[Finding]:
        """Everything worth knowing about the data before it is used."""
        case = self.case
        return [
            *case_findings(case, self.window),
            *price_findings(case, self.priced_assets),
            *check_covariance(self.assumptions.covariance[:-1, :-1]),
            *assumption_findings(self.assumptions),
            *policy_findings(case.policy, self.all_assets),
        ]

    @cached_property
    def assumptions(self) -> Assumptions:
        """Expected returns and covariance, annual; with cash."""
        options = self.case.options
        universe = self.investable
        typed = universe.numbers("Expected return") if universe.has("Expected return") else None
        market = self.benchmark_weights
        method = options.expected_returns or ("universe" if typed is not None else "shrunk")
        return cash_assumptions(
            assumptions(
                self.ragged_returns,
                method=ExpectedReturnMethod(method),
                covariance_method=CovarianceMethod(options.covariance),
                risk_free=options.risk_free,
                half_life=options.half_life,
                periods_per_year=self.per_year,
                history=RaggedHistory(options.history),
                beliefs=Beliefs(
                    market_weights=None if market is None else market.drop(CASH),
                    market_premium=options.market_premium,
                    universe_returns=None if typed is None else typed[:-1],
                    risk_aversion=options.risk_aversion,
                    stated=self.case.stated,
                    views=self.case.views,
                    tau=options.tau,
                ),
            )
        )

    @cached_property
    def benchmark_weights(self) -> pd.Series | None:
        """Benchmark by ticker, in the order of the investable assets; None when there is none."""
        if not self.case.policy.benchmark:
            return None
        named = pd.Series(dict(self.case.policy.benchmark), dtype=float)
        tickers = self.investable.tickers
        return pd.Series(aligned(named, tickers, "Policy_Benchmark"), index=list(tickers))

    def _priced(self, prices: Prices) -> Prices:
        return prices.only(self.priced_assets)
