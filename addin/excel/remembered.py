"""Results of worksheet functions, kept for the session: unchanged inputs are not computed again.

Excel recalculates a formula whenever something before it may have changed, mostly to the same
inputs. A result is found by a digest of all that decides it; what cannot be digested is computed.
"""

import hashlib
import pickle
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from threading import Lock
from typing import Any, cast

from addin import __version__
from addin.excel.shape import Result

MOST_RESULTS = 4096
MOST_BYTES = 64 * 2**20

Key = tuple[object, bytes]

_OF_A_TIME, _OF_A_DATE = datetime.__reduce__, date.__reduce__


@dataclass
class Memory:
    """Results by what decides them; the least recently used are forgotten first.

    They are kept as bytes, so that each caller gets rows of its own and the size is exact.
    A COM server may be called from several threads.

    Attributes:
        most_results: Results kept at most.
        most_bytes: Their size at most; a larger result is not kept at all.
    """

    most_results: int = MOST_RESULTS
    most_bytes: int = MOST_BYTES
    _kept: OrderedDict[Key, bytes] = field(default_factory=OrderedDict, init=False, repr=False)
    _size: int = field(default=0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def __len__(self) -> int:
        """Number of results kept."""
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of the results kept."""
        return self._size

    def recall(self, key: Key) -> Result | None:
        """The result kept under ``key``, a copy; None if there is none."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._kept.move_to_end(key)
        return cast(Result, pickle.loads(kept))

    def keep(self, key: Key, result: Result) -> None:
        """Keep a result, and forget others while there are too many."""
        kept = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
        if len(kept) > self.most_bytes:
            return
        with self._lock:
            self._size += len(kept) - len(self._kept.pop(key, b""))
            self._kept[key] = kept
            while self._size > self.most_bytes or len(self._kept) > self.most_results:
                self._size -= len(self._kept.popitem(last=False)[1])

    def forget(self) -> None:
        """Forget every result."""
        with self._lock:
            self._kept.clear()
            self._size = 0


SESSION = Memory()


def key_of(function: object, arguments: tuple[object, ...], named: dict[str, Any]) -> Key | None:
    """What decides the result of a call; None if an argument has no bytes.

    Two calls have one key only if they are of the same function object (one that was loaded again
    is another) and every argument is the same in type and value: 1, 1.0 and TRUE differ, as do
    blank and "". Of a time the zone is left out, since Excel knows none.
    """
    told = (__version__, tuple(map(_dates_apart, arguments)), sorted(named.items()))
    try:
        return function, _digest(told)
    except (pickle.PicklingError, TypeError, AttributeError, ValueError):
        return None


def _dates_apart(argument: object) -> object:
    """A table that begins with dates as these and its other columns, much faster to write."""
    if not isinstance(argument, (list, tuple)) or len(argument) < 2:
        return argument
    try:
        if not isinstance(argument[1][0], date):
            return argument
        heads, others = [row[0] for row in argument], [row[1:] for row in argument]
    except (TypeError, IndexError, KeyError):
        return argument
    return ..., [_moment(head) if isinstance(head, date) else head for head in heads], others


def _moment(value: date) -> bytes:
    """A date or time as bytes of which no cell consists, whatever its class adds to it."""
    whole = _OF_A_TIME(value) if isinstance(value, datetime) else _OF_A_DATE(value)
    return cast(bytes, whole[1][0])


class _Writer(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """Dates elsewhere in a row; those of COM are of a class that cannot be pickled."""
        if isinstance(value, date):
            return _moment, (_moment(value),)
        return NotImplemented


def _digest(told: object) -> bytes:
    written = BytesIO()
    writer = _Writer(written, pickle.HIGHEST_PROTOCOL)
    writer.fast = True  # equal cells give equal bytes, whether or not they are one object
    writer.dump(told)
    return hashlib.sha256(written.getbuffer()).digest()
