"""What the person at the workbook can put right.

An ``IpsError`` is one line: where, what is needed, what was found. Any other exception is a
fault of ours and is never hidden.
"""


class IpsError(ValueError):
    """Base class: the input can be fixed by the person at the workbook."""


class InputError(IpsError):
    """A cell, table, file or argument does not say what it must say."""


class PolicyError(IpsError):
    """The investment policy contradicts itself."""


class InfeasibleError(IpsError):
    """No portfolio satisfies the policy as stated."""
