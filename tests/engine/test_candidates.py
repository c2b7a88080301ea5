import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule, ScoreWeights
from addin.domain.universe import Universe
from addin.engine.candidates import candidates
from addin.engine.compliance import breaches, check
from addin.engine.constraints import feasible_set
from addin.errors import InfeasibleError

TICKERS = ("SPY", "EFA", "AGG", "TLT", "GLD", "SGOV")
UNIVERSE = Universe(
    TICKERS, ("Equity", "Equity", "Fixed income", "Fixed income", "Alternatives", "Cash")
)
CLASSES = (
    ClassRange("Equity", 0.45, 0.65, 0.55),
    ClassRange("Fixed income", 0.25, 0.40, 0.30),
    ClassRange("Alternatives", 0.05, 0.15, 0.10),
    ClassRange("Cash", 0.02, 0.10, 0.05),
)
VOLATILITIES = np.array([0.16, 0.18, 0.05, 0.13, 0.15, 0.005])
CORRELATION = np.array(
    [
        [1.0, 0.8, 0.1, -0.2, 0.1, 0.0],
        [0.8, 1.0, 0.1, -0.1, 0.2, 0.0],
        [0.1, 0.1, 1.0, 0.8, 0.2, 0.0],
        [-0.2, -0.1, 0.8, 1.0, 0.2, 0.0],
        [0.1, 0.2, 0.2, 0.2, 1.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
    ]
)
MARKET = Assumptions(
    TICKERS,
    np.array([0.075, 0.07, 0.04, 0.042, 0.05, 0.03]),
    CORRELATION * np.outer(VOLATILITIES, VOLATILITIES),
    0.03,
)
BENCHMARK = pd.Series({"SPY": 0.6, "AGG": 0.4})
CURRENT = pd.Series({"SPY": 0.50, "EFA": 0.18, "AGG": 0.12, "TLT": 0.08, "GLD": 0.09, "SGOV": 0.03})


def found(limits=(), *, classes=CLASSES, universe=UNIVERSE, market=MARKET, **data):
    data = {"current": CURRENT, "benchmark": BENCHMARK} | data
    feasible = feasible_set(
        universe, classes, limits, assumptions=market, benchmark=data["benchmark"]
    )
    return candidates(market, feasible, universe, classes, limits, **data)


def by_name(result):
    return {each.name: each for each in result.candidates}


def test_what_is_held_comes_first_and_at_least_six_optima_follow():
    names = [each.name for each in found((Limit(Rule.VOLATILITY, "", "<=", 0.12),)).candidates]
    assert names[:2] == ["Current", "Policy target"]
    assert names[2:] == [
        "Min volatility",
        "Max Sharpe",
        "Max utility",
        "Max return",
        "Min tracking error",
        "Risk parity",
        "Max diversification",
        "Diversified",
        "Target risk",
        "Target return",
    ]


def test_each_is_best_at_what_it_is_for():
    result = by_name(found((Limit(Rule.VOLATILITY, "", "<=", 0.12),)))
    allowed = [each for name, each in result.items() if name != "Current"]
    assert result["Min volatility"].volatility == min(each.volatility for each in allowed)
    assert result["Max Sharpe"].sharpe == pytest.approx(max(each.sharpe for each in allowed))
    assert result["Max return"].expected_return == max(each.expected_return for each in allowed)
    assert result["Min tracking error"].tracking_error == min(e.tracking_error for e in allowed)
    spread = {name: 1 / (each.weights**2).sum() for name, each in result.items()}
    assert spread["Diversified"] > spread["Max utility"]
    target = result["Policy target"]
    assert result["Target risk"].volatility <= target.volatility + 1e-9
    assert result["Target risk"].expected_return >= target.expected_return
    assert result["Target return"].expected_return >= target.expected_return - 1e-9
    assert result["Target return"].volatility <= target.volatility


def test_policy_target_meets_class_targets_and_moves_each_asset_of_a_class_alike():
    # least squares: equity 68 → 55: −6.5 each; bonds 20 → 30: +5 each; the rest alone
    weights = by_name(found())["Policy target"].weights
    expected = [0.435, 0.115, 0.17, 0.13, 0.10, 0.05]
    assert weights.to_numpy() == pytest.approx(expected, abs=1e-9)


def test_policy_target_keeps_the_limits():
    limits = (Limit(Rule.WEIGHT, "SPY", "<=", 0.40), Limit(Rule.WEIGHT, "AGG", ">=", 0.18))
    weights = by_name(found(limits))["Policy target"].weights
    assert weights.to_numpy() == pytest.approx([0.40, 0.15, 0.18, 0.12, 0.10, 0.05], abs=1e-9)


def test_policy_target_that_the_rules_forbid_is_as_near_as_they_allow():
    limits = (Limit(Rule.WEIGHT, "Asset class=Equity", "<=", 0.50),)
    weights = by_name(found(limits))["Policy target"].weights
    assert weights[["SPY", "EFA"]].sum() == pytest.approx(0.50, abs=1e-9)


def test_figures_by_hand():
    current = by_name(found())["Current"]
    w = CURRENT.to_numpy()
    active = w - np.array([0.6, 0, 0.4, 0, 0, 0])
    assert current.expected_return == pytest.approx(
        0.5 * 0.075 + 0.18 * 0.07 + 0.12 * 0.04 + 0.08 * 0.042 + 0.09 * 0.05 + 0.03 * 0.03
    )
    assert current.volatility == pytest.approx(np.sqrt(w @ MARKET.covariance @ w))
    assert current.sharpe == pytest.approx((current.expected_return - 0.03) / current.volatility)
    assert current.tracking_error == pytest.approx(np.sqrt(active @ MARKET.covariance @ active))
    assert (current.turnover, current.cvar, current.breaches) == (0.0, None, 2)
    assert current.reason == "breaches: Equity 68.0% > 65%, Fixed income 20.0% < 25%"


def test_turnover_and_cvar_are_told():
    rng = np.random.default_rng(1)
    dates = np.arange("2015-01", "2020-01", dtype="datetime64[M]").astype("datetime64[D]")
    values = rng.normal(0, 0.03, (len(dates), 6))
    target = by_name(found(returns=Returns(dates, TICKERS, values)))["Policy target"]
    assert target.turnover == pytest.approx(0.13)  # equity 13 points down, the rest up
    worst = np.sort(-(values @ target.weights.to_numpy()))[::-1][:3]
    assert target.cvar == pytest.approx(worst.mean())  # 5 % of 60 rows: three


def test_the_recommended_one_is_compliant_and_says_why():
    result = found((Limit(Rule.VOLATILITY, "", "<=", 0.11),))
    best = result.recommended
    assert sum(each.recommended for each in result.candidates) == 1
    assert best.breaches == 0 and best.dominated_by is None
    assert f"score {best.score:.2f}" in best.reason
    assert f"volatility {best.volatility:.1%} vs" in best.reason
    for each in result.candidates:
        assert any(sign.isdigit() for sign in each.reason), each.reason


def test_weights_of_the_score_move_the_recommendation():
    only = {"policy_fit": 0, "risk": 0, "expected_return": 0, "benchmark_tracking": 0}
    careful = ScoreWeights(**(only | {"risk": 1}), diversification=0)
    faithful = ScoreWeights(**(only | {"benchmark_tracking": 1}), diversification=0)
    assert found(score=careful).recommended.name == "Min volatility"
    assert found(score=faithful).recommended.name == "Min tracking error"


def test_what_cannot_be_built_says_why():
    result = found(benchmark=None, current=None)
    assert dict(result.left_out) == {
        "Current": "no current weights are given",
        "Min tracking error": "needs a benchmark",
        "Min CVaR": "needs a table of returns",
        "Target risk": "the same as Max return: the policy has no limit of volatility",
    }
    assert {each.turnover for each in result.candidates} == {None}
    assert result.recommended.tracking_error is None


def test_a_policy_without_any_portfolio_names_the_rules():
    limits = (Limit(Rule.WEIGHT, "SPY", "<=", 0.1), Limit(Rule.WEIGHT, "EFA", "<=", 0.1))
    with pytest.raises(InfeasibleError, match="Equity ≥ 45%"):
        found(limits)


def test_holdings_outside_what_may_be_bought_only_matter_to_what_is_held():
    held = pd.Series({"SPY": 0.6, "AGG": 0.3, "OLD": 0.1})
    result = by_name(found(current=held))
    assert "OLD 10.0% is not in the universe" in result["Current"].reason
    assert result["Current"].volatility is None
    assert "OLD" not in result["Policy target"].weights.index


def random_case(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 12))
    tickers = tuple(f"T{i:02d}" for i in rng.permutation(n))
    kinds = tuple(["X", "Y", "Z", "X"][i % 4] for i in range(n))
    targets = rng.dirichlet([4, 4, 4]).round(3)
    targets[2] = 1 - targets[0] - targets[1]
    classes = tuple(
        ClassRange(name, max(0.0, t - 0.1), min(1.0, t + 0.15), float(t))
        for name, t in zip("XYZ", targets, strict=True)
    )
    loads = rng.normal(0, 0.1, (n, 3))
    market = Assumptions(
        tickers, rng.uniform(0.02, 0.09, n), loads @ loads.T + np.diag(rng.uniform(0.001, 0.02, n))
    )
    universe = Universe(tickers, kinds)
    held = pd.Series(rng.dirichlet(np.ones(n)), index=list(tickers))
    bench = pd.Series(rng.dirichlet(np.ones(n)), index=list(tickers))
    return {
        "universe": universe,
        "classes": classes,
        "market": market,
        "current": held,
        "benchmark": bench,
    }


@pytest.mark.parametrize("seed", range(40))
def test_on_random_markets_the_recommended_one_obeys_and_is_unbeaten(seed):
    case = random_case(seed)
    result = found(**case)
    best = result.recommended
    assert breaches(check(best.weights, case["universe"], case["classes"])) == []
    for each in result.candidates:
        assert each.weights.sum() == pytest.approx(1, abs=1e-9)
        beaten = (
            each.breaches <= best.breaches
            and each.expected_return > best.expected_return + 1e-8
            and each.volatility < best.volatility - 1e-8
            and each.tracking_error < best.tracking_error - 1e-8
            and (each.weights**2).sum() < (best.weights**2).sum() - 1e-8
        )
        assert not beaten
        if each.name != "Current":
            assert each.breaches == 0


@pytest.mark.parametrize("seed", range(10))
def test_ticker_order_never_matters(seed):
    case = random_case(seed)
    universe, market = case["universe"], case["market"]
    turned = case | {
        "universe": Universe(universe.tickers[::-1], universe.asset_classes[::-1]),
        "market": Assumptions(
            market.tickers[::-1], market.expected_returns[::-1], market.covariance[::-1, ::-1]
        ),
        "current": case["current"][::-1],
    }
    one, other = found(**case), found(**turned)
    for a, b in zip(one.candidates, other.candidates, strict=True):
        assert (a.name, a.recommended) == (b.name, b.recommended)
        assert a.score == pytest.approx(b.score, abs=1e-5)
        assert a.weights.to_numpy() == pytest.approx(
            b.weights[a.weights.index].to_numpy(), abs=1e-5
        )
