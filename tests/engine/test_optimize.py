import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import clarabel
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import linprog

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.optimize import Objective, Settings, nearest, optimize
from addin.engine.program import Optimum, UnprovedError
from addin.errors import InfeasibleError, InputError, IpsError

ORACLE = json.loads(
    (Path(__file__).parents[1] / "oracles/cla_bailey_lopezdeprado_2013.json").read_text("utf-8")
)
SEEDS = range(40)


def anything(tickers):
    return feasible_set(Universe(tuple(tickers), ("Any",) * len(tickers)), ())


def two_assets(expected_returns=(0.08, 0.03), risk_free=0.0):
    return Assumptions(("A", "B"), np.array(expected_returns), np.diag([0.2**2, 0.1**2]), risk_free)


def published():
    tickers = tuple(f"A{i}" for i in range(len(ORACLE["mean"])))
    return Assumptions(tickers, np.array(ORACLE["mean"]), np.array(ORACLE["covariance"]))


def history(tickers, seed=0, rows=70):
    """Returns that no other ticker has."""
    dates = np.arange(rows).astype("datetime64[M]").astype("datetime64[D]")
    values = np.random.default_rng(seed).standard_t(4, (rows, len(tickers))) * 0.03
    return Returns(dates, tuple(tickers), values)


class Case:
    """A random market and a policy that a known portfolio obeys."""

    def __init__(self, seed, singular=False):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(3, 20))
        self.tickers = tuple(f"A{i}" for i in range(n))
        samples = rng.normal(size=(n // 2 + 1 if singular else 3 * n, n))
        scale = rng.uniform(0.02, 0.25, n)
        self.market = Assumptions(
            self.tickers,
            0.02 + 0.3 * scale * rng.uniform(0.5, 1.5, n),
            np.cov(samples.T) * np.outer(scale, scale),
            0.01,
        )
        self.inside = rng.dirichlet(np.ones(n))
        names = tuple("XYZ"[i % 3] for i in range(n))
        classes = []
        for name in "XYZ":
            weight = self.inside[[label == name for label in names]].sum()
            room = rng.uniform(0.02, 0.2, 2)
            classes.append(ClassRange(name, max(0, weight - room[0]), min(1, weight + room[1])))
        upper = np.minimum(1, self.inside + rng.uniform(0.02, 0.4, n))
        lower = np.where(rng.random(n) < 0.3, self.inside / 2, 0.0)
        self.universe = Universe(self.tickers, names, tuple(lower), tuple(upper))
        self.feasible = feasible_set(self.universe, classes)
        self.benchmark = pd.Series(rng.dirichlet(np.ones(n)), index=self.tickers)
        self.current = pd.Series(rng.dirichlet(np.ones(n)), index=self.tickers)
        self.returns = history(self.tickers, seed)

    @property
    def given(self):
        return {"benchmark": self.benchmark, "current": self.current, "returns": self.returns}

    def volatility(self, weights):
        return float(np.sqrt(max(weights @ self.market.covariance @ weights, 0)))

    def inequalities(self):
        """Every rule as matrix · w ≤ most, written apart from the code under test."""
        f, n = self.feasible, len(self.tickers)
        rows = [(r.coefficients, r.upper) for r in f.rules if np.isfinite(r.upper)]
        rows += [(-r.coefficients, -r.lower) for r in f.rules if np.isfinite(r.lower)]
        matrix = np.vstack([*(row for row, _ in rows), np.eye(n), -np.eye(n)])
        return matrix, np.concatenate([[most for _, most in rows], f.upper, -f.lower])

    def best(self, quadratic, linear):
        """Least ½ w'Pw + q'w by Clarabel."""
        matrix, most = self.inequalities()
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
        return (
            clarabel.DefaultSolver(
                sparse.csc_matrix(np.triu(quadratic)),
                linear,
                sparse.csc_matrix(np.vstack([np.ones(len(linear)), matrix])),
                np.concatenate([[1.0], most]),
                [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(len(most))],
                settings,
            )
            .solve()
            .obj_val
        )

    def assert_obeyed(self, weights):
        matrix, most = self.inequalities()
        assert weights.sum() == pytest.approx(1, abs=1e-12)
        assert (matrix @ weights - most).max() <= 1e-9
        assert not ((weights != 0) & (np.abs(weights) < 1e-9)).any()


# --- published and by hand ---------------------------------------------------------------------


def test_least_volatility_of_the_published_case():
    found = optimize(published(), anything(published().tickers), "min volatility")
    assert found.weights.to_numpy() == pytest.approx(ORACLE["min_variance"]["weights"], abs=1e-9)
    assert found.objective_value == pytest.approx(ORACLE["min_variance"]["volatility"], rel=1e-10)


def test_greatest_sharpe_ratio_of_the_published_case():
    found = optimize(published(), anything(published().tickers), "max sharpe")
    assert found.weights.to_numpy() == pytest.approx(ORACLE["max_sharpe"]["weights"], abs=1e-9)
    assert found.objective_value == pytest.approx(ORACLE["max_sharpe"]["sharpe_printed"], abs=1e-4)


@pytest.mark.parametrize("corner", ORACLE["turning_points"][1:-1])
def test_utility_passes_the_published_turning_points(corner):
    # max μ'w − λ/2 w'Σw is min ½ w'Σw − tilt μ'w with λ = 1 / tilt
    settings = Settings(risk_aversion=1 / corner["tilt"])
    found = optimize(published(), anything(published().tickers), "max utility", settings)
    assert found.weights.to_numpy() == pytest.approx(corner["weights"], abs=1e-6)


def test_tangency_of_two_uncorrelated_assets_by_hand():
    # weights ∝ excess / variance = 0.06/0.04 : 0.01/0.01 = 1.5 : 1
    found = optimize(two_assets(risk_free=0.02), anything("AB"), "max sharpe")
    assert found.weights.tolist() == pytest.approx([0.6, 0.4], abs=1e-12)


def test_utility_of_two_uncorrelated_assets_by_hand():
    # 0.08 − 2·0.04 w = 0.03 − 2·0.01 (1−w): 0.05 + 0.02 = 0.10 w
    found = optimize(two_assets(), anything("AB"), "max utility", Settings(risk_aversion=2))
    assert found.weights["A"] == pytest.approx(0.7, abs=1e-12)
    assert found.objective_value == pytest.approx(
        0.7 * 0.08 + 0.3 * 0.03 - (0.49 * 0.04 + 0.09 * 0.01), abs=1e-12
    )


def test_costs_hold_a_portfolio_back_by_hand():
    # moving δ to A earns 2·(0.70 − w) · 0.05 per unit and costs 2 · rate: from w = 0.5 trading
    # stops where 0.10 (0.70 − w) = 2·rate; rate 0.5 % gives w = 0.60, rate 1.5 % no trade
    held = pd.Series({"A": 0.5, "B": 0.5})
    for cost_bps, share in [(50, 0.60), (150, 0.50)]:
        settings = Settings(risk_aversion=2, cost_bps=cost_bps)
        found = optimize(two_assets(), anything("AB"), "max utility", settings, current=held)
        assert found.weights["A"] == pytest.approx(share, abs=1e-10)


def test_concentration_penalty_by_hand():
    # (0.04 + c) w = (0.01 + c)(1 − w) with c = 0.05: 0.15 w = 0.06
    found = optimize(two_assets(), anything("AB"), "min volatility", Settings(concentration=0.05))
    assert found.weights["A"] == pytest.approx(0.4, abs=1e-12)
    # μ'w − c Σw²: 0.05 = 2c (2w − 1) with c = 0.05: w = 0.75
    found = optimize(two_assets(), anything("AB"), "max return", Settings(concentration=0.05))
    assert found.weights["A"] == pytest.approx(0.75, abs=1e-12)

    # utility with λ = 2: 0.05 + 0.02 + 2c = (0.10 + 4c) w with c = 0.05: w = 0.17 / 0.30
    settings = Settings(risk_aversion=2, concentration=0.05)
    found = optimize(two_assets(), anything("AB"), "max utility", settings)
    assert found.weights["A"] == pytest.approx(0.17 / 0.30, abs=1e-12)


@pytest.mark.parametrize("name", ["max_volatility", "target_volatility"])
def test_highest_return_at_a_volatility_by_hand(name):
    # 0.04 w² + 0.01 (1−w)² = 0.12²: w = (0.02 + √0.00128) / 0.1
    found = optimize(two_assets(), anything("AB"), "max return", Settings(**{name: 0.12}))
    assert found.weights["A"] == pytest.approx((0.02 + 0.00128**0.5) / 0.1, abs=1e-10)
    assert len(found.binding) == 1 and "volatility ≤ 12%" in found.binding[0]


def test_tracking_error_limit_by_hand():
    # active (δ, −δ) against 50/50: δ √0.05 = 0.05
    benchmark = pd.Series({"A": 0.5, "B": 0.5})
    settings = Settings(max_tracking_error=0.05)
    found = optimize(two_assets(), anything("AB"), "max return", settings, benchmark=benchmark)
    assert found.weights["A"] == pytest.approx(0.5 + 0.05 / 0.05**0.5, abs=1e-10)


def test_a_benchmark_may_hold_what_cannot_be_bought():
    # least (w − b)'Σ(w − b) with b all in C, of correlation with A alone, goes to A
    covariance = np.array([[0.04, 0, 0.039], [0, 0.04, 0], [0.039, 0, 0.04]])
    market = Assumptions(("A", "B", "C"), np.zeros(3), covariance)
    found = optimize(market, anything("AB"), "min tracking error", benchmark=pd.Series({"C": 1.0}))
    # 0.08 w − 0.04 = 0.039: w = 0.9875
    assert found.weights["A"] == pytest.approx(0.9875, abs=1e-12)


def test_target_return_is_a_floor():
    found = optimize(two_assets(), anything("AB"), "min volatility", Settings(target_return=0.05))
    assert found.weights["A"] == pytest.approx(0.4, abs=1e-12)
    assert found.binding == ("return ≥ 5%",)


def test_equal_and_inverse_volatility_weights_go_to_allowed_assets_only():
    universe = Universe(("A", "B", "C"), ("X",) * 3)
    market = Assumptions(("A", "B", "C"), np.zeros(3), np.diag([0.04, 0.01, 0.09]))
    excluded = feasible_set(universe, (), [Limit(Rule.EXCLUDE, "C", "", 0)])
    assert optimize(market, excluded, "equal weight").weights.tolist() == [0.5, 0.5, 0]
    # 1/0.2 : 1/0.1 = 1 : 2
    found = optimize(market, excluded, "inverse volatility")
    assert found.weights.tolist() == pytest.approx([1 / 3, 2 / 3, 0], abs=1e-14)


def test_equal_weights_move_as_little_as_the_rules_ask():
    # A may hold 10 %: the rest of its share is spread evenly
    universe = Universe(("A", "B", "C", "D"), ("X",) * 4, upper=(0.1, 1.0, 1.0, 1.0))
    market = Assumptions(universe.tickers, np.zeros(4), np.eye(4))
    found = optimize(market, feasible_set(universe, ()), "equal weight")
    assert found.weights.tolist() == pytest.approx([0.1, 0.3, 0.3, 0.3], abs=1e-14)


def test_of_equal_returns_the_least_volatile_mix_is_taken():
    market = two_assets(expected_returns=(0.05, 0.05))
    found = optimize(market, anything("AB"), "max return")
    assert found.weights["A"] == pytest.approx(0.2, abs=1e-12)


def test_the_nearest_portfolio_to_one_that_breaks_a_rule():
    universe = Universe(("A", "B"), ("X", "Y"), upper=(0.6, 1.0))
    wanted = pd.Series({"B": 0.1, "A": 0.9})
    found = nearest(two_assets(), feasible_set(universe, ()), wanted)
    assert found.weights.tolist() == pytest.approx([0.6, 0.4], abs=1e-15)


def test_dust_is_swept_up():
    wanted = pd.Series({"A": 5e-10, "B": 1 - 5e-10})
    assert nearest(two_assets(), anything("AB"), wanted).weights.tolist() == [0, 1]


def test_caps_of_many_assets_bind_the_greatest_sharpe_ratio():
    # excess over variance is 100 for the first ten assets and 1 for the others: uncapped they
    # would have 10·100 / (10·100 + 50) of all; capped at 4 % they have 40 %, the others 1.2 %
    n = 60
    excess = np.where(np.arange(n) < 10, 1.0, 0.01)
    market = Assumptions(tuple(f"A{i}" for i in range(n)), excess, np.eye(n) * 0.01)
    universe = Universe(market.tickers, ("X",) * n, upper=(0.04,) * n)
    found = optimize(market, feasible_set(universe, ()), "max sharpe")
    assert found.weights.to_numpy() == pytest.approx(np.where(excess == 1, 0.04, 0.012), abs=1e-12)
    assert found.solver == "PIQP"


# --- binding -----------------------------------------------------------------------------------


def test_binding_rules_are_named_for_portfolio_and_asset():
    universe = Universe(("SPY", "EFA", "AGG"), ("Equity", "Equity", "Bonds"), upper=(0.3, 1, 1))
    classes = (ClassRange("Equity", 0.2, 0.5), ClassRange("Bonds", 0.0, 1.0))
    market = Assumptions(universe.tickers, np.array([0.08, 0.07, 0.03]), np.eye(3) * 0.04)
    found = optimize(market, feasible_set(universe, classes), "max return")
    assert found.binding == ("Equity ≤ 50%", "SPY ≤ 30%")
    assert found.asset_binding == ("SPY ≤ 30%; Equity ≤ 50%", "Equity ≤ 50%", "")


def test_a_weight_of_zero_is_at_no_limit_of_the_policy():
    found = optimize(two_assets(), anything("AB"), "max return")
    assert found.asset_binding == ("A ≤ 100%", "")


# --- properties --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("objective", sorted(set(Objective) - {Objective.RISK_PARITY}))
def test_every_answer_obeys_every_rule(objective, seed):
    case = Case(seed)
    settings = Settings(
        max_volatility=case.volatility(case.inside) * 1.02,
        max_tracking_error=case.volatility(case.inside - case.benchmark.to_numpy()) * 1.02,
        target_return=float(case.market.expected_returns @ case.inside) - 0.001,
        cost_bps=20,
    )
    given = case.given
    for chosen in (settings, Settings(cost_bps=20)):
        weights = optimize(case.market, case.feasible, objective, chosen, **given).weights
        case.assert_obeyed(weights.to_numpy())
    tight = optimize(case.market, case.feasible, objective, settings, **given).weights.to_numpy()
    active = tight - case.benchmark.to_numpy()
    assert case.volatility(tight) <= settings.max_volatility + 1e-9
    assert case.volatility(active) <= settings.max_tracking_error + 1e-9
    assert case.market.expected_returns @ tight >= settings.target_return - 1e-9


@pytest.mark.parametrize("singular", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_an_independent_solver_finds_no_better_portfolio(seed, singular):
    case = Case(seed, singular)
    mu, sigma = case.market.expected_returns, case.market.covariance
    least = optimize(case.market, case.feasible, "min volatility").objective_value
    assert least**2 / 2 == pytest.approx(case.best(sigma, 0 * mu), rel=1e-7, abs=1e-11)
    useful = optimize(case.market, case.feasible, "max utility").objective_value
    assert -useful == pytest.approx(case.best(2.5 * sigma, -mu), rel=1e-7)
    against = case.benchmark.to_numpy()
    near = optimize(
        case.market, case.feasible, "min tracking error", benchmark=case.benchmark
    ).objective_value
    expected = case.best(sigma, -sigma @ against) + against @ sigma @ against / 2
    assert near**2 / 2 == pytest.approx(expected, rel=1e-6, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_linear_solver_finds_no_higher_return(seed):
    case = Case(seed)
    matrix, most = case.inequalities()
    found = linprog(
        -case.market.expected_returns,
        A_ub=matrix,
        b_ub=most,
        A_eq=np.ones((1, len(case.tickers))),
        b_eq=[1],
        bounds=(None, None),
    )
    highest = optimize(case.market, case.feasible, "max return").objective_value
    assert highest == pytest.approx(-found.fun, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_costs_are_those_of_the_program_with_purchases_and_sales(seed):
    """Against Clarabel on w = current + p − s, p, s ≥ 0: another splitting than ours."""
    case = Case(seed)
    n, rate, held = len(case.tickers), 0.002, case.current.to_numpy()
    mu, sigma = case.market.expected_returns, case.market.covariance
    settings = Settings(cost_bps=20)
    found = optimize(case.market, case.feasible, "max utility", settings, current=case.current)
    matrix, most = case.inequalities()
    split = np.hstack([np.eye(n), -np.eye(n)])
    quiet = clarabel.DefaultSettings()
    quiet.verbose = False
    quiet.tol_gap_abs = quiet.tol_gap_rel = 1e-11
    best = clarabel.DefaultSolver(
        sparse.csc_matrix(np.triu(2.5 * split.T @ sigma @ split)),
        split.T @ (2.5 * sigma @ held - mu) + rate,
        sparse.csc_matrix(np.vstack([np.ones(n) @ split, matrix @ split, -np.eye(2 * n)])),
        np.concatenate([[1 - held.sum()], most - matrix @ held, np.zeros(2 * n)]),
        [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(len(most) + 2 * n)],
        quiet,
    ).solve()
    constant = 1.25 * held @ sigma @ held - mu @ held
    assert -found.objective_value == pytest.approx(best.obj_val + constant, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_portfolio_on_the_way_to_another_has_a_greater_sharpe_ratio(seed):
    """The ratio is quasi-concave: if any allowed portfolio were better, so were its approach."""
    case, rng = Case(seed), np.random.default_rng(seed)
    best = optimize(case.market, case.feasible, "max sharpe")
    others = [case.inside] + [
        optimize(
            Assumptions(case.tickers, rng.normal(size=len(case.tickers)), case.market.covariance),
            case.feasible,
            objective,
        ).weights.to_numpy()
        for objective in ("max return", "max utility", "min volatility")
    ]
    top = best.weights.to_numpy()
    for other in others:
        for step in (1e-4, 1e-2, 0.3, 1.0):
            weights = top + step * (other - top)
            excess = case.market.expected_returns @ weights - 0.01
            assert excess / case.volatility(weights) <= best.objective_value * (1 + 1e-8)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("objective", sorted(set(Objective) - {Objective.MIN_VAR}))
def test_the_order_of_tickers_does_not_matter(objective, seed):
    case = Case(seed)
    order = np.random.default_rng(seed).permutation(len(case.tickers))
    names = [case.tickers[i] for i in order]
    f = case.feasible
    mixed = replace(
        f,
        tickers=tuple(names),
        asset_classes=tuple(f.asset_classes[i] for i in order),
        lower=f.lower[order],
        upper=f.upper[order],
        lower_words=tuple(f.lower_words[i] for i in order),
        upper_words=tuple(f.upper_words[i] for i in order),
        rules=tuple(replace(r, coefficients=r.coefficients[order]) for r in f.rules[::-1]),
    )
    given = case.given
    one = optimize(case.market, f, objective, Settings(cost_bps=5), **given).weights
    two = optimize(case.market, mixed, objective, Settings(cost_bps=5), **given).weights
    assert list(two.index) == names
    assert two[list(case.tickers)].to_numpy() == pytest.approx(one.to_numpy(), abs=1e-7)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_the_unit_of_risk_does_not_matter(seed, factor):
    case = Case(seed)
    other = replace(case.market, covariance=case.market.covariance * factor)
    for objective in ("min volatility", "max sharpe"):
        one = optimize(case.market, case.feasible, objective).weights.to_numpy()
        two = optimize(other, case.feasible, objective).weights.to_numpy()
        assert two == pytest.approx(one, abs=1e-7)


def test_twins_share_and_do_not_stop_the_optimiser():
    covariance = np.array([[0.04, 0.04, 0], [0.04, 0.04, 0], [0, 0, 0.01]])
    market = Assumptions(("A", "B", "C"), np.array([0.05, 0.05, 0.03]), covariance)
    found = optimize(market, anything("ABC"), "min volatility")
    assert found.weights["C"] == pytest.approx(0.8, abs=1e-9)
    assert found.objective_value == pytest.approx((0.2**2 * 0.04 + 0.8**2 * 0.01) ** 0.5)


def test_an_asset_without_variance_takes_all_it_may():
    market = Assumptions(("A", "B", "C"), np.array([0.06, 0.04, 0.01]), np.diag([0.04, 0.01, 0.0]))
    free = optimize(market, anything("ABC"), "min volatility")
    assert free.weights.to_numpy() == pytest.approx([0, 0, 1], abs=1e-9)
    assert free.objective_value == pytest.approx(0, abs=1e-9)
    capped = feasible_set(Universe(("A", "B", "C"), ("X",) * 3, upper=(1, 1, 0.5)), ())
    # the other half by inverse variance: 1/0.04 to 1/0.01
    found = optimize(market, capped, "min volatility")
    assert found.weights.to_numpy() == pytest.approx([0.1, 0.4, 0.5], abs=1e-12)


@pytest.mark.parametrize("objective", Objective)
def test_one_asset_is_the_whole_portfolio(objective):
    market = Assumptions(("A",), np.array([0.06]), np.array([[0.04]]), 0.01)
    found = optimize(
        market, anything("A"), objective, benchmark=pd.Series({"A": 1.0}), returns=history("A")
    )
    assert found.weights.to_dict() == {"A": 1.0}


@pytest.mark.parametrize("objective", Objective)
def test_bounds_that_fix_every_weight_leave_no_choice(objective):
    fixed = (0.25, 0.35, 0.4)
    feasible = feasible_set(Universe(("A", "B", "C"), ("X",) * 3, lower=fixed, upper=fixed), ())
    market = Assumptions(("A", "B", "C"), np.array([0.06, 0.04, 0.03]), np.diag([0.04, 0.02, 0.01]))
    given = {"benchmark": pd.Series({"A": 1.0}), "returns": history("ABC")}
    found = optimize(market, feasible, objective, **given)
    assert found.weights.to_numpy() == pytest.approx(fixed, abs=1e-15)


class Large:
    """A factor market of many assets under class ranges and caps."""

    def __init__(self, seed, n=130):
        rng = np.random.default_rng(seed)
        loadings = rng.normal(loc=0.15 * (seed % 2), scale=0.05, size=(n, 8))
        tickers = tuple(f"A{i}" for i in range(n))
        covariance = loadings @ loadings.T + np.diag(rng.uniform(0.005, 0.05, n))
        returns = rng.uniform(0.02, 0.12, n)
        self.market = Assumptions(tickers, returns, covariance, 0.01)
        universe = Universe(tickers, tuple("XYZ"[i % 3] for i in range(n)), upper=(0.06,) * n)
        classes = (ClassRange("X", 0.2, 0.35), ClassRange("Y", 0.1, 0.4), ClassRange("Z", 0.3, 0.5))
        self.feasible = feasible_set(universe, classes)


@pytest.mark.parametrize("objective", ["min volatility", "max sharpe"])
@pytest.mark.parametrize("seed", range(6))
def test_many_assets_need_no_interior_point_and_get_the_same_weights(objective, seed, monkeypatch):
    case = Large(seed)
    quick = optimize(case.market, case.feasible, objective)
    assert quick.solver == "active set"
    for module in ("solve", "sharpe"):
        monkeypatch.setattr(f"addin.engine.{module}.MANY", 1000)
    slow = optimize(case.market, case.feasible, objective)
    assert slow.solver == "PIQP"
    assert quick.weights.to_numpy() == pytest.approx(slow.weights.to_numpy(), abs=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_caps_hard_to_find_one_by_one_are_written_at_once(seed):
    case = Large(seed)
    found = optimize(case.market, case.feasible, "max sharpe")
    assert found.solver in {"active set", "PIQP"}  # and not the cone solver, ten times slower


@pytest.mark.parametrize("objective", ["min volatility", "max sharpe"])
def test_an_iteration_that_goes_astray_is_noticed(objective, monkeypatch):
    case = Large(0)
    right = optimize(case.market, case.feasible, objective).weights.to_numpy()
    for module in ("solve", "sharpe"):
        monkeypatch.setattr(f"addin.engine.{module}.from_scratch", astray)
        monkeypatch.setattr(f"addin.engine.{module}.polished", lambda _, point: point)
    found = optimize(case.market, case.feasible, objective, Settings(concentration=1e-12))
    assert found.solver != "active set"
    assert found.weights.to_numpy() == pytest.approx(right, abs=1e-3)


def astray(program):
    ones = np.ones(len(program.linear))
    return Optimum(ones / len(ones), np.zeros(len(program.rows)), (), "active set", 0)


# --- what cannot be done -----------------------------------------------------------------------


def test_nothing_above_the_risk_free_rate_is_said_with_the_best_excess():
    with pytest.raises(InfeasibleError, match=r"risk-free rate of 9%.* 8%, an excess of -1%"):
        optimize(two_assets(risk_free=0.09), anything("AB"), "max sharpe")


def test_a_riskless_excess_has_no_greatest_sharpe_ratio():
    market = Assumptions(("A", "B"), np.array([0.05, 0.04]), np.diag([0.04, 0.0]), 0.01)
    with pytest.raises(InputError, match="without volatility is expected to earn 4%"):
        optimize(market, anything("AB"), "max sharpe")


def test_a_volatility_limit_that_cannot_be_met_names_the_least_and_what_binds():
    # SPY ≥ 50 %: least volatility √(0.25·0.04 + 0.25·0.01) = 11.18 %
    universe = Universe(("SPY", "AGG"), ("X", "X"), lower=(0.5, 0.0))
    market = Assumptions(("SPY", "AGG"), np.zeros(2), np.diag([0.04, 0.01]))
    words = (
        r"volatility ≤ 6%; the lowest volatility the other rules allow is 11\.18% "
        r"\(binding there: SPY ≥ 50%\); the least change that would do: volatility ≤ 11\.19%"
    )
    with pytest.raises(InfeasibleError, match=words):
        optimize(
            market, feasible_set(universe, ()), "min volatility", Settings(max_volatility=0.06)
        )


def test_limits_met_one_by_one_but_not_together_are_said():
    benchmark = pd.Series({"A": 1.0})
    settings = Settings(max_volatility=0.1, max_tracking_error=0.05)
    with pytest.raises(InfeasibleError, match="together: volatility ≤ 10%; tracking error ≤ 5%;"):
        optimize(two_assets(), anything("AB"), "max return", settings, benchmark=benchmark)


def test_a_return_out_of_reach_names_the_highest():
    with pytest.raises(InfeasibleError, match=r"return ≥ 9%; the highest .* allow is 8%"):
        optimize(two_assets(), anything("AB"), "min volatility", Settings(target_return=0.09))


def test_conflicting_bounds_are_named():
    limits = [Limit(Rule.WEIGHT, "A", ">=", 0.3), Limit(Rule.EACH, "", "<=", 0.25)]
    feasible = feasible_set(Universe(("A", "B"), ("X", "X")), (), limits)
    with pytest.raises(InfeasibleError, match="each asset ≤ 25%"):
        optimize(two_assets(), feasible, "min volatility")


def test_an_unknown_objective_suggests_the_nearest():
    with pytest.raises(InputError, match=r"found 'max sharp' \(did you mean 'max sharpe'\?\)"):
        optimize(two_assets(), anything("AB"), "max sharp")


@pytest.mark.parametrize(
    ("objective", "settings", "needs"),
    [
        ("min tracking error", {}, "needs benchmark weights"),
        ("max return", {"max_tracking_error": 0.1}, "needs benchmark weights"),
        ("max utility", {"cost_bps": 5}, "needs current weights"),
        ("max return", {"max_volatility": 0.0}, "volatility ≤ 0%: need a limit above zero"),
    ],
)
def test_what_an_objective_lacks_is_said(objective, settings, needs):
    with pytest.raises(InputError, match=needs):
        optimize(two_assets(), anything("AB"), objective, Settings(**settings))


EXTREMES = {
    "graded": lambda mean, risk: (mean, risk * np.outer(grades(mean), grades(mean))),
    "tiny": lambda mean, risk: (mean * 1e-300, risk),
    "huge": lambda mean, risk: (mean, risk * 1e100),
    "riskless": lambda mean, risk: (mean, risk * 0),
    "no number": lambda mean, risk: (mean, risk * np.nan),
    "endless": lambda mean, risk: (mean + np.inf, risk),
}


def grades(mean):
    return np.logspace(-12, 12, len(mean))


@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("objective", Objective)
def test_numbers_nobody_meant_are_answered_or_said(objective, extreme):
    case = Case(6)
    mean, risk = EXTREMES[extreme](case.market.expected_returns, case.market.covariance)
    market = replace(case.market, expected_returns=mean, covariance=risk)
    given = case.given
    for settings in (Settings(), Settings(concentration=0.1), Settings(max_volatility=0.15)):
        with suppress(IpsError):
            found = optimize(market, case.feasible, objective, settings, **given)
            assert found.weights.sum() == pytest.approx(1, abs=1e-12)


def test_what_is_no_number_is_named():
    market = replace(two_assets(), covariance=np.array([[0.04, 0.0], [0.0, np.nan]]))
    with pytest.raises(InputError, match="need a finite covariance, not so for B"):
        optimize(market, anything("AB"), "min volatility")
    market = two_assets(expected_returns=(np.inf, 0.03))
    with pytest.raises(InputError, match="need a finite expected return, not so for A"):
        optimize(market, anything("AB"), "max return")


def test_an_optimum_that_cannot_be_proved_is_said_with_the_numbers(monkeypatch):
    monkeypatch.setattr("addin.engine.solve.is_optimal", lambda *_: False)
    with pytest.raises(InputError, match=r"can be proved best.* variances from 0.01 to 0.04"):
        optimize(two_assets(), anything("AB"), "min volatility")


def test_rules_that_contradict_each_other_are_named_even_if_no_solver_says_so(monkeypatch):
    monkeypatch.setattr("addin.engine.solve.solve_qp", left_open)
    capped = feasible_set(Universe(("A", "B"), ("X", "Y"), upper=(0.4, 0.5)), ())
    with pytest.raises(InfeasibleError, match="no portfolio obeys together: A ≤ 40%; B ≤ 50%"):
        optimize(two_assets(), capped, "min volatility")


def left_open(program):
    raise UnprovedError("the optimum could not be proved")


def test_negative_aversion_is_refused():
    with pytest.raises(InputError, match="risk_aversion: need a number of at least zero, found -1"):
        Settings(risk_aversion=-1)


def test_inverse_volatility_needs_volatility():
    market = Assumptions(("A", "B"), np.zeros(2), np.diag([0.04, 0.0]))
    with pytest.raises(InputError, match="above zero, B has none"):
        optimize(market, anything("AB"), "inverse volatility")
