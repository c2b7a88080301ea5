"""The whole policy from the tables of its sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from addin.domain.options import Options
from addin.domain.policy import (
    Limit,
    Liquidity,
    Policy,
    PolicyMeta,
    Rebalancing,
    Rule,
    ScoreWeights,
)
from addin.errors import PolicyError
from addin.excel.grid import Cells, is_given
from addin.excel.options import Settings, merged, read_settings, typed
from addin.excel.policy_settings import check_calendar, check_policy_settings
from addin.excel.read_classes import read_classes, read_classes_to_diagnose
from addin.excel.read_limits import disagreement, read_exclusions, read_limits
from addin.excel.read_objectives import read_objectives
from addin.excel.read_weights import read_weights
from addin.excel.records import Mistakes, raise_mistakes
from addin.excel.values import found, number

__all__ = [
    "PolicyTables",
    "read_benchmark",
    "read_classes",
    "read_classes_to_diagnose",
    "read_exclusions",
    "read_limits",
    "read_objectives",
    "read_policy",
    "read_policy_options",
]

_LIMITS = {  # keys that are limits of the policy
    "max_volatility": (Rule.VOLATILITY, "<="),
    "max_tracking_error": (Rule.TRACKING_ERROR, "<="),
    "max_cvar": (Rule.CVAR, "<="),
    "max_holdings": (Rule.HOLDINGS, "<="),
    "target_return": (Rule.RETURN, ">="),
}
_LIKE_LIMITS = {**_LIMITS, "max_turnover": (Rule.TURNOVER, "<=")}  # this one limits orders too

T = TypeVar("T")


def read_benchmark(cells: Cells, name: str = "benchmark") -> tuple[tuple[str, float], ...]:
    """Benchmark weights that add up to one; none if nothing is given."""
    if not is_given(cells):
        return ()
    weights = read_weights(cells, name)
    return tuple((str(ticker), float(weight)) for ticker, weight in weights.items())


@dataclass(frozen=True)
class PolicyTables:
    """The tables of the sheet Policy, as they come from the workbook; None where absent."""

    classes: Cells
    limits: Cells = None
    exclusions: Cells = None
    benchmark: Cells = None
    meta: Cells = None
    rebalance: Cells = None
    liquidity: Cells = None
    tax: Cells = None
    score: Cells = None
    objectives: Cells = None

    @cached_property
    def settings(self) -> Settings:
        """Entries of all key/value tables together; two that disagree are an error.

        The frequency of ``Policy_Rebalance`` is that of its calendar, not of the returns.
        """
        rebalance = {k: s for k, s in self.of(self.rebalance).items() if k != "frequency"}
        others = (self.of(cells) for cells in (self.meta, self.liquidity, self.tax, self.score))
        return merged(rebalance, *others)

    def read(self, kind: type[T]) -> T:
        """A dataclass filled from the entries that are its fields.

        Raises:
            InputError: Naming each entry that has the wrong kind of value.
            PolicyError: If the entries contradict each other.
        """
        try:
            return typed(kind, self.settings)
        except PolicyError as error:
            raise PolicyError(f"Policy, {error}") from None

    @staticmethod
    def of(cells: Cells) -> Settings:
        """Entries of one key/value table."""
        return read_settings(cells, "policy")


def _disagreeing(settings: Settings, limits: tuple[Limit, ...]) -> Iterator[str]:
    """Keys with another number than the hard limit of the same name."""
    for limit in (limit for limit in limits if limit.hard):
        keys = [k for k, about in _LIKE_LIMITS.items() if about == (limit.rule, limit.operator)]
        for setting in (settings[key] for key in keys if key in settings):
            if number(setting.cell, setting.where) != limit.value:
                yield (
                    f"{setting.where}: {found(setting.cell)} disagrees with '{limit.words}' in "
                    "Policy_Limits"
                )


def _stated_by_keys(settings: Settings, limits: tuple[Limit, ...]) -> Iterator[Limit]:
    """Limits that stand in a key/value table and not among the limits."""
    known = {(limit.rule, limit.operator) for limit in limits if limit.hard}
    for key, (rule, operator) in _LIMITS.items():
        if key in settings and (rule, operator) not in known:
            value = number(settings[key].cell, settings[key].where)
            yield Limit(rule, "", operator, value, note=key)


def _check_limits(tables: PolicyTables, limits: tuple[Limit, ...]) -> None:
    """Refuse limits that an exclusion or a key/value table contradicts."""
    excluded = [limit for limit in limits if limit.rule is Rule.EXCLUDE and limit.hard]
    wrong = list(_disagreeing(tables.settings, limits))
    if two := disagreement(excluded):
        first, second = two
        wrong.append(
            f"Policy, Policy_Exclusions: '{second.words}' disagrees with '{first.words}' in "
            "Policy_Limits"
        )
    raise_mistakes(wrong)


def read_policy(tables: PolicyTables) -> Policy:
    """The Investment Policy Statement.

    Raises:
        InputError: Naming each cell of each table that is wrong.
        PolicyError: If the policy contradicts itself.
    """
    mistakes = Mistakes()
    classes = mistakes.keep(lambda: read_classes(tables.classes))
    limits = mistakes.keep(lambda: read_limits(tables.limits))
    exclusions = mistakes.keep(lambda: read_exclusions(tables.exclusions))
    objectives = mistakes.keep(lambda: read_objectives(tables.objectives))
    benchmark = mistakes.keep(lambda: read_benchmark(tables.benchmark, "Policy_Benchmark"))
    rebalancing = mistakes.keep(lambda: tables.read(Rebalancing))
    liquidity = mistakes.keep(lambda: tables.read(Liquidity))
    score = mistakes.keep(lambda: tables.read(ScoreWeights))
    meta = mistakes.keep(lambda: tables.read(PolicyMeta))
    if limits is not None and exclusions is not None and meta:
        mistakes.keep(lambda: _check_limits(tables, limits + exclusions))
    mistakes.close()
    assert classes and limits is not None and exclusions is not None and benchmark is not None
    assert rebalancing and score and meta and liquidity and objectives is not None
    try:
        return Policy(
            classes,
            (*limits, *exclusions, *_stated_by_keys(tables.settings, limits)),
            benchmark,
            rebalancing,
            score,
            meta,
            objectives,
            liquidity,
        )
    except PolicyError as error:
        raise PolicyError(f"Policy, {error}") from None


def read_policy_options(tables: PolicyTables) -> Options:
    """What the policy's key/value tables say about how figures are computed.

    A key that is a limit, such as ``max_volatility``, is one of the policy's limits instead.

    Raises:
        InputError: Naming each cell that is wrong, or asks for what a report cannot do yet.
    """
    mistakes = Mistakes()
    mistakes.keep(lambda: tables.read(Options))
    mistakes.keep(lambda: check_policy_settings(tables.settings))
    mistakes.keep(lambda: check_calendar(tables.of(tables.rebalance)))
    mistakes.close()
    return typed(Options, {k: s for k, s in tables.settings.items() if k not in _LIMITS})
