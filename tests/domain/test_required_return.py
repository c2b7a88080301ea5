import pytest

from addin.domain.policy import (
    ClassRange,
    Liquidity,
    ObjectiveType,
    Policy,
    ReturnObjective,
)
from addin.domain.required_return import required_return, required_return_limit
from addin.errors import PolicyError

RETURN = ReturnObjective(ObjectiveType.RETURN, 0.06)
REAL = ReturnObjective(ObjectiveType.REAL_RETURN, 0.035)
SPENDING = ReturnObjective(ObjectiveType.SPENDING, 0.04)
FUNDED = ReturnObjective(ObjectiveType.FUNDED_RATIO, 1.05)


@pytest.mark.parametrize(
    ("objectives", "inflation", "required"),
    [
        ((), 0.025, None),
        ((RETURN,), None, 0.06),
        ((RETURN,), 0.025, 0.06),
        ((REAL,), 0.025, 0.06),
        ((SPENDING,), 0.025, 0.065),
        ((SPENDING,), None, 0.04),
        ((RETURN, SPENDING, REAL), 0.025, 0.065),
        ((RETURN, SPENDING), None, 0.06),
        ((FUNDED,), 0.025, None),
        ((FUNDED, REAL), -0.01, 0.025),
    ],
)
def test_the_largest_objective_decides_and_inflation_comes_on_top(objectives, inflation, required):
    assert required_return(objectives, Liquidity(inflation=inflation)) == required


def test_the_required_return_is_a_soft_limit_that_says_where_it_comes_from():
    limit = required_return_limit((RETURN, SPENDING), Liquidity(inflation=0.025))
    assert limit.words == "return ≥ 6.5%" and not limit.hard
    assert limit.note == "objective: spending 4.00% + inflation 2.50%"
    assert required_return_limit((RETURN,), Liquidity()).note == "objective: return 6.00%"
    assert required_return_limit((FUNDED,), Liquidity()) is None


def test_a_policy_cannot_be_built_with_objectives_that_contradict_its_liquidity():
    classes = (ClassRange("Equity", 0.0, 1.0),)
    with pytest.raises(PolicyError, match="needs inflation"):
        Policy(classes, objectives=(REAL,))
    with pytest.raises(PolicyError, match=r"spending 4\.00%: disagrees .* of 5\.00%"):
        Policy(classes, objectives=(SPENDING,), liquidity=Liquidity(spending_rate=0.05))
    assert Policy(classes, objectives=(SPENDING,)).required_return == 0.04
