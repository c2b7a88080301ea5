"""The simplest program there is: weights that add up to one."""

import numpy as np

from addin.engine.program import Program


def budget(n, upper=1.0):
    return Program(
        np.zeros((n, n)),
        np.zeros(n),
        np.ones((1, n)),
        np.ones(1),
        np.ones(1),
        np.zeros(n),
        np.full(n, upper),
    )
