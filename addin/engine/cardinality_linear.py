"""Linear objectives of few holdings, and how few the rules allow, by mixed-integer programs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Mask, Program

_NODES = 20_000  # of HiGHS' tree: the answer is the same on every machine
_GAP = 1e-7
_HALF = 0.5
_NONE = 2  # HiGHS through scipy: no point obeys the limits


@dataclass(frozen=True, eq=False)
class Mixed:
    """What HiGHS found.

    Attributes:
        held: (n,) assets held; None if it found no portfolio.
        bound: No portfolio has a lower value.
        empty: Whether there is none.
        hurried: Whether the time allowed ended the search.
    """

    held: Mask | None
    bound: float
    empty: bool
    hurried: bool


def mixed(
    program: Program, least: Vector, *, most: int, linear: Vector, time_limit: float
) -> Mixed:
    """The assets held at the least ``linear`` · (variables, held or not); balls are left aside.

    Args:
        program: Rows and bounds, over the weights and any other variables.
        least: (n,) smallest weight of each asset if it is held.
        most: Largest number of holdings.
        linear: (variables + n,) of each variable, and of each asset that is held.
        time_limit: Seconds.

    Source:
        Huangfu and Hall (2018), "Parallelizing the dual revised simplex method"; its solver.
    """
    from scipy.optimize import Bounds, milp  # 0.3 s that only a mixed-integer program should pay

    n, k = len(least), len(program.linear)
    forced = program.lower[:n] > 0
    found = milp(
        linear,
        integrality=np.repeat([0, 1], [k, n]),
        bounds=Bounds(
            np.concatenate([np.minimum(program.lower[:n], 0.0), program.lower[n:], forced]),
            np.concatenate([program.upper, np.ones(n)]),
        ),
        constraints=_constraints(program, least, most),
        options={"time_limit": time_limit, "mip_rel_gap": _GAP, "node_limit": _NODES},
    )
    held = None if found.x is None else np.asarray(found.x[k:] > _HALF)
    bound = -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound)
    return Mixed(held, bound, found.status == _NONE, found.status == 1)


def _constraints(program: Program, least: Vector, most: int) -> Any:
    from scipy.optimize import LinearConstraint

    n, k = len(least), len(program.linear)
    own, high = np.eye(n, k), np.diag(program.upper[:n])
    blocks: list[tuple[Matrix, Vector, Vector]] = [
        (np.pad(program.rows, ((0, 0), (0, n))), program.row_lower, program.row_upper),
        (np.hstack([own, -np.diag(least)]), np.zeros(n), np.full(n, np.inf)),
        (np.hstack([own, -high]), np.full(n, -np.inf), np.zeros(n)),
        (np.repeat([[0.0, 1.0]], [k, n], axis=1), np.zeros(1), np.array([float(most)])),
    ]
    matrix, low, top = zip(*blocks, strict=True)
    return LinearConstraint(np.vstack(matrix), np.concatenate(low), np.concatenate(top))


def fewest(program: Program, least: Vector, time_limit: float) -> Mixed:
    """The fewest holdings that bounds and rows allow; the bound is their number."""
    count = np.repeat([0.0, 1.0], [len(program.linear), len(least)])
    return mixed(program, least, most=len(least), linear=count, time_limit=time_limit)
