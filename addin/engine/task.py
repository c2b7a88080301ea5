"""One optimisation: a problem, how to optimise it, and what comes back."""

from collections.abc import Callable
from dataclasses import dataclass

from addin.domain.weights import Vector
from addin.engine.lift import FREE, Charges, lifted, of_weights
from addin.engine.problem import Problem
from addin.engine.program import Optimum, Program
from addin.engine.settings import Settings
from addin.engine.solve import minimum


@dataclass(frozen=True, eq=False)
class Task:
    """A problem and how to optimise it."""

    problem: Problem
    settings: Settings

    @property
    def of_risk(self) -> Charges:
        """What excess over soft limits costs where half the variance is minimised."""
        settings = self.settings
        return Charges(excess=settings.soft_price / (settings.risk_aversion or 1.0))

    @property
    def of_return(self) -> Charges:
        """What excess over soft limits and doubt cost where return counts."""
        return Charges(excess=self.settings.soft_price, doubt=self.settings.uncertainty)


Answer = tuple[Optimum, float]


@dataclass(frozen=True)
class Method:
    """How an objective is solved.

    Attributes:
        solve: A task's optimum and its value in the objective's own unit.
        program: Where one program says all of it, that program.
        half_square: Where the value of that program plus a number is half the square of the
            objective, that number.
        ratio: Where it is a ratio of reward to risk, half the squared risk as a program and
            the reward of each of its variables.
        greatest: Whether a larger value is better.
        everywhere: Whether it gives every asset a weight.
        hard: Whether soft limits have no say.
    """

    solve: Callable[[Task], Answer]
    program: Callable[[Task], Program] | None = None
    half_square: Callable[[Task], float] | None = None
    ratio: Callable[[Task], tuple[Program, Vector]] | None = None
    greatest: bool = False
    everywhere: bool = False
    hard: bool = False

    def __call__(self, task: Task) -> Answer:
        """A task's optimum and its value."""
        return self.solve(task)


def solved(problem: Problem, program: Program, charges: Charges = FREE) -> Optimum:
    """The optimum of a program of weights under everything the problem says."""
    return of_weights(problem, minimum(lifted(problem, program, charges)))
