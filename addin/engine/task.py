"""One optimisation: a problem, how to optimise it, and what comes back."""

from collections.abc import Callable
from dataclasses import dataclass

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
Method = Callable[[Task], Answer]


def solved(problem: Problem, program: Program, charges: Charges = FREE) -> Optimum:
    """The optimum of a program of weights under everything the problem says."""
    return of_weights(problem, minimum(lifted(problem, program, charges)))
