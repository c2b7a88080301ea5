"""Asset classes of a policy: their ranges, and whether they divide the whole at every level."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from addin.domain.labels import did_you_mean, label_key, repeated
from addin.domain.weights import EDGE
from addin.errors import PolicyError


@dataclass(frozen=True)
class ClassRange:
    """Strategic weight of an asset class and the range it may move in.

    ``target`` is None where the policy gives a range alone; the inner range is None where
    rebalancing has no inner band. A ``parent`` makes this a sub-class of another class.
    """

    name: str
    lower: float
    upper: float
    target: float | None = None
    inner_lower: float | None = None
    inner_upper: float | None = None
    parent: str | None = None
    benchmark: str | None = None
    liquidity_days: float | None = None

    def __post_init__(self) -> None:
        steps = [
            ("min", self.lower),
            ("inner min", self.inner_lower),
            ("target", self.target),
            ("inner max", self.inner_upper),
            ("max", self.upper),
        ]
        given = [(name, value) for name, value in steps if value is not None]
        for (low_name, low), (high_name, high) in itertools.pairwise(given):
            if low > high + EDGE:
                raise PolicyError(
                    f"asset class {self.name}: {low_name} {low:.2%} is above {high_name} {high:.2%}"
                )


@dataclass(frozen=True)
class _Level:
    """Classes that divide one whole: all of the portfolio, or a class above them."""

    words: str
    lower: float
    target: float | None
    upper: float
    parts: Sequence[ClassRange]


def _levels(classes: Sequence[ClassRange]) -> Iterator[_Level]:
    yield _Level("asset classes", 1.0, 1.0, 1.0, [c for c in classes if c.parent is None])
    for whole in classes:
        if parts := parts_of(whole.name, classes):
            words = f"parts of {whole.name}"
            yield _Level(words, whole.lower, whole.target, whole.upper, parts)


def parts_of(name: str, classes: Sequence[ClassRange]) -> list[ClassRange]:
    """The classes just below a class."""
    key = label_key(name)
    return [c for c in classes if c.parent is not None and label_key(c.parent) == key]


def lineage(name: str, classes: Sequence[ClassRange]) -> tuple[str, ...]:
    """A class and the classes above it, from the nearest to the widest.

    A name that no class bears is its own lineage. Where the classes run in a circle the last
    name is the one that came before.
    """
    parents = {label_key(c.name): c.parent for c in classes}
    names, above = [name], parents.get(label_key(name))
    while above is not None:
        is_circle = label_key(above) in map(label_key, names)
        names.append(above)
        above = None if is_circle else parents.get(label_key(above))
    return tuple(names)


def _wrong_parents(classes: Sequence[ClassRange]) -> Iterator[str]:
    names = {label_key(c.name): c.name for c in classes}
    for each in classes:
        if each.parent is not None and label_key(each.parent) not in names:
            near = did_you_mean(each.parent, names.values())
            yield f"asset class {each.name}: parent '{each.parent}' is not listed{near}"
    circles = [line for c in classes if (line := lineage(c.name, classes)) and _is_circle(line)]
    if circles:
        yield f"asset class {circles[0][0]}: is a part of itself ({' in '.join(circles[0])})"


def _is_circle(line: Sequence[str]) -> bool:
    return len(line) > 1 and label_key(line[0]) == label_key(line[-1])


def _wrong_targets(level: _Level) -> Iterator[str]:
    given = [c.target for c in level.parts if c.target is not None]
    if level.target is None or not given:
        return
    total, complete = sum(given), len(given) == len(level.parts)
    if abs(total - level.target) > EDGE if complete else total > level.target + EDGE:
        most = "" if complete else "at most "
        yield (f"{level.words}: targets must add up to {most}{level.target:.2%}, found {total:.2%}")


def _wrong_ranges(level: _Level) -> Iterator[str]:
    least, most = sum(c.lower for c in level.parts), sum(c.upper for c in level.parts)
    top = level.lower == level.upper == 1
    if least > level.upper + EDGE:
        whole = "100%" if top else f"its max of {level.upper:.2%}"
        yield f"{level.words}: minima add up to {least:.2%}, more than {whole}"
    if most < level.lower - EDGE:
        whole = "100%" if top else f"its min of {level.lower:.2%}"
        yield f"{level.words}: maxima add up to {most:.2%}, less than {whole}"


def check_class_names(classes: Sequence[ClassRange]) -> None:
    """Refuse class ranges that do not say which class is part of which.

    Raises:
        PolicyError: If there are none, a class is listed twice, a parent is unknown or a class
            is part of itself.
    """
    if not classes:
        raise PolicyError("asset classes: need at least one, found none")
    if twice := repeated(c.name for c in classes):
        raise PolicyError(f"asset class listed more than once: {', '.join(twice)}")
    if wrong := list(_wrong_parents(classes)):
        raise PolicyError("; ".join(wrong))


def check_classes(classes: Sequence[ClassRange]) -> None:
    """Refuse class ranges that contradict each other; all contradictions in one sentence each.

    Raises:
        PolicyError: If a class is listed twice, a parent is unknown or a class is part of
            itself; if at any level targets do not add up to their whole (100 % at the top, the
            target of the class above elsewhere), or minima and maxima leave no room for it.
    """
    check_class_names(classes)
    wrong = [
        sentence
        for level in _levels(classes)
        for sentence in (*_wrong_targets(level), *_wrong_ranges(level))
    ]
    if wrong:
        raise PolicyError("; ".join(wrong))
