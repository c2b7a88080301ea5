import numpy as np
import pytest

from addin.domain.policy import ScoreWeights
from addin.engine.figures import Figures
from addin.engine.recommendation import ranking
from addin.engine.score import dominance, scores


def figures(**changed):
    plain = {
        "expected_return": 0.06,
        "volatility": 0.10,
        "sharpe": 0.4,
        "cvar": 0.03,
        "tracking_error": 0.03,
        "turnover": 0.2,
        "breaches": (),
        "policy_distance": 0.05,
        "effective_holdings": 5.0,
    }
    return Figures(**(plain | changed))


def rank(*rows, weights=None):
    names = ["Current", *"ABCDEFGH"][: len(rows)]
    return ranking(names, rows, weights or ScoreWeights())


def test_a_score_by_hand():
    # volatility 8, 10, 12 %: 1, ½, 0; return 5, 7, 6 %: 0, 1, ½; all else equal: 1
    rows = [
        figures(volatility=0.08, expected_return=0.05),
        figures(volatility=0.10, expected_return=0.07),
        figures(volatility=0.12, expected_return=0.06),
    ]
    weights = ScoreWeights(0.3, 0.2, 0.2, 0.15, 0.15)
    assert scores(rows, weights) == pytest.approx([0.8, 0.9, 0.7])


def test_weights_of_the_score_need_not_add_up_to_one():
    rows = [figures(volatility=0.08), figures(volatility=0.12)]
    assert scores(rows, ScoreWeights(0, 3, 0, 0, 1)) == pytest.approx([1.0, 0.25])


def test_a_breach_counts_as_five_points_of_distance():
    rows = [
        figures(policy_distance=0.10),
        figures(policy_distance=0.05, breaches=("x",)),
        figures(policy_distance=0.0),
    ]
    assert scores(rows, ScoreWeights(1, 0, 0, 0, 0)) == pytest.approx([0, 0, 1])


def test_without_a_benchmark_tracking_counts_nothing():
    rows = [
        figures(tracking_error=None, volatility=0.08),
        figures(tracking_error=None, volatility=0.12),
    ]
    assert scores(rows, ScoreWeights(0, 1, 0, 5, 0)) == pytest.approx([1, 0])


def test_an_unknown_number_earns_nothing():
    rows = [figures(volatility=None), figures(volatility=0.10), figures(volatility=0.12)]
    assert scores(rows, ScoreWeights(0, 1, 0, 0, 0)) == pytest.approx([0, 1, 0])


def test_better_in_one_respect_and_equal_in_the_rest_dominates():
    rows = [figures(), figures(volatility=0.09), figures(volatility=0.08, expected_return=0.05)]
    assert dominance(rows).tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_a_difference_of_rounding_is_none():
    rows = [figures(), figures(volatility=0.10 - 1e-12)]
    assert not dominance(rows).any()


def test_fewer_breaches_are_a_respect_of_their_own():
    rows = [figures(breaches=("x",)), figures()]
    assert dominance(rows).tolist() == [[0, 0], [1, 0]]


def test_a_breach_rules_out_the_highest_score():
    better = figures(
        volatility=0.05, expected_return=0.10, effective_holdings=9, breaches=("SPY 30.0% > 22%",)
    )
    found = rank(better, figures(), figures(volatility=0.12, expected_return=0.055))
    assert found.scores[0] == max(found.scores)
    assert found.names[found.chosen] == "A"
    assert found.reason(0, 0) == "breaches: SPY 30.0% > 22%"
    assert found.reason(1, 0).startswith("highest admissible score")


def test_reasons_carry_their_numbers():
    rows = [
        figures(turnover=0.0, breaches=("AGG 17.1% < 18%",) * 5, volatility=0.091),
        figures(volatility=0.084, expected_return=0.065, tracking_error=0.032, turnover=0.124),
        figures(volatility=0.084, expected_return=0.060, tracking_error=0.032),
        figures(volatility=0.105, expected_return=0.07, tracking_error=0.032, policy_distance=0.15),
    ]
    found = rank(*rows)
    assert found.reason(1, 0) == (
        f"highest score {found.scores[1]:.2f}; volatility 8.4% vs 9.1% now; "
        "return 6.5% vs 6.0% now; tracking error 3.2%; turnover 12.4%"
    )
    assert found.reason(0, 0) == (
        "breaches: AGG 17.1% < 18%, AGG 17.1% < 18%, AGG 17.1% < 18% and 2 more"
    )
    assert found.reason(2, 0) == "dominated by A: return 6.5% vs 6.0%"
    assert found.reason(3, 0) == (
        f"score {found.scores[3]:.2f} against {found.scores[1]:.2f}: "
        "volatility 2.1 pp higher, 10.0 pp further from the class targets than the recommended"
    )


def test_when_all_break_rules_the_fewest_breaches_win():
    found = rank(figures(breaches=("x", "y"), volatility=0.05), figures(breaches=("x",)))
    assert found.names[found.chosen] == "A"
    assert "fewest breaches: x" in found.reason(1, 0)


def test_of_equal_scores_the_first_wins():
    assert rank(figures(), figures(), figures()).chosen == 0


@pytest.mark.parametrize("seed", range(200))
def test_the_recommended_one_is_never_beaten_in_every_respect(seed):
    rng = np.random.default_rng(seed)
    rows = [
        figures(
            expected_return=round(rng.uniform(0.04, 0.08), 3),
            volatility=round(rng.uniform(0.05, 0.15), 2),
            tracking_error=round(rng.uniform(0, 0.05), 2),
            policy_distance=rng.uniform(0, 0.2),
            effective_holdings=float(rng.integers(1, 5)),
            breaches=("x",) * int(rng.integers(0, 3)),
        )
        for _ in range(int(rng.integers(2, 10)))
    ]
    weights = ScoreWeights(*rng.uniform(0, 1, 5))
    found = rank(*rows, weights=weights)
    best = rows[found.chosen]
    assert len(best.breaches) == min(len(row.breaches) for row in rows)
    for row in rows:
        as_good = (
            row.expected_return >= best.expected_return
            and row.volatility <= best.volatility
            and row.tracking_error <= best.tracking_error
            and len(row.breaches) <= len(best.breaches)
            and row.effective_holdings >= best.effective_holdings
        )
        same = (
            row.expected_return == best.expected_return
            and row.volatility == best.volatility
            and row.tracking_error == best.tracking_error
            and len(row.breaches) == len(best.breaches)
            and row.effective_holdings == best.effective_holdings
        )
        assert not as_good or same
    assert found.scores.min() >= 0 and found.scores.max() <= 1 + 1e-12
