"""Settings a function may be given, each with its default: the catalogue of option keys."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Options:
    """One field per option key; None means "decide from the data" as each function's help says.

    Rates and weights are decimals, money is in account currency.
    """

    # common
    periods_per_year: float | None = None
    risk_free: float = 0.0  # annual
    mar: float | None = None  # annual; None: the risk-free rate
    confidence: float = 0.95
    horizon: int = 1  # rows of the returns
    seed: int = 0
    frequency: str | None = None
    half_life: float | None = None  # rows
    as_of: date | None = None
    errors: str = "text"
    # optimisation
    expected_returns: str | None = None
    covariance: str = "ledoit-wolf"
    history: str = "common"  # or stambaugh: what histories of different length give
    market_premium: float | None = None  # annual; None: the history's own
    risk_aversion: float = 2.5
    target_return: float | None = None
    target_volatility: float | None = None
    target_var: float | None = None
    target_cvar: float | None = None
    max_volatility: float | None = None
    max_tracking_error: float | None = None
    max_cvar: float | None = None
    max_turnover: float | None = None
    cost_bps: float = 0.0
    max_holdings: int | None = None
    min_holding: float | None = None
    concentration: float = 0.0
    shorting: bool = False
    max_short: float | None = None  # total of short positions, a positive weight
    soft_price: float = 1.0  # expected return a year per unit beyond a soft limit
    impact_bps: float = 0.0  # of trading everything, growing with the square
    uncertainty: float = 0.0  # standard errors taken from expected returns
    resamples: int = 0  # problems drawn at random whose optima are averaged
    observations: int | None = None  # rows each of them is estimated from
    time_limit: float = 5.0  # seconds
    points: int = 20
    measure: str = "volatility"  # of the risk a frontier makes least: volatility or cvar
    # Black–Litterman
    tau: float = 0.05
    method: str | None = None
    normalise: bool = False
    # drift and trades
    watch: float = 0.03
    flag: float = 0.05
    risk_threshold: float = 0.10
    destination: str = "target"
    mode: str = "full"
    min_trade: float = 1000.0
    min_trade_weight: float = 0.001
    lot_size: float = 1.0
    whole_shares: bool = True
    ticket_cost: float = 0.0
    cash_min: float = 0.0
    cash_max: float = 1.0
    cash_flow: float = 0.0
    last_rebalance: date | None = None
    tax_weight: float = 1.0
    # lots and tax
    lot_method: str | None = None
    short_rate: float | None = None
    long_rate: float | None = None
    carried_loss: float = 0.0
    loss_value: float = 0.0
    gain_budget: float | None = None
    harvest_threshold: float = -0.10
    wash_days: int = 30
    # simulation
    paths: int = 10_000
    window: int | None = None
