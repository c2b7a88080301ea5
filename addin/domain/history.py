"""Prices and returns: one row per date, one column per ticker."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from addin.domain.labels import did_you_mean, label_key, repeated
from addin.domain.weights import Matrix
from addin.errors import InputError

Dates = NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class History:
    """Values by date and ticker, dates ascending and unique; NaN where there is no value.

    Attributes:
        dates: (T,) ``datetime64[D]``.
        tickers: (N,) names of the columns.
        values: (T, N).
    """

    dates: Dates
    tickers: tuple[str, ...]
    values: Matrix

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.dates), len(self.tickers)):
            raise InputError(
                f"{self._noun}: need {len(self.dates)} rows and {len(self.tickers)} columns, "
                f"got {self.values.shape}"
            )
        if twice := repeated(self.tickers):
            raise InputError(f"{self._noun}: ticker listed more than once: {', '.join(twice)}")
        step = np.diff(self.dates.astype("datetime64[D]").astype(np.int64))
        if (step <= 0).any():
            at = int(np.argmax(step <= 0))
            raise InputError(
                f"{self._noun}: dates must ascend and be unique, found {self.dates[at]} "
                f"before {self.dates[at + 1]}"
            )

    @property
    def _noun(self) -> str:
        return type(self).__name__.lower()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The same as a table: dates down, tickers across."""
        return pd.DataFrame(
            self.values, index=pd.DatetimeIndex(self.dates), columns=list(self.tickers)
        )

    def only(self, tickers: Iterable[str]) -> Self:
        """These tickers alone, in this order and spelling.

        Raises:
            InputError: Naming every ticker that has no column.
        """
        place = {label_key(ticker): i for i, ticker in enumerate(self.tickers)}
        wanted = tuple(tickers)
        if missing := [ticker for ticker in wanted if label_key(ticker) not in place]:
            near = did_you_mean(missing[0], self.tickers) if len(missing) == 1 else ""
            raise InputError(f"{self._noun}: no column for {', '.join(missing)}{near}")
        columns = [place[label_key(ticker)] for ticker in wanted]
        return type(self)(self.dates, wanted, self.values[:, columns])

    def until(self, as_of: np.datetime64) -> Self:
        """Rows dated ``as_of`` or earlier."""
        keep = self.dates <= as_of
        return type(self)(self.dates[keep], self.tickers, self.values[keep])


class Prices(History):
    """Positive prices, in the currency of each asset."""

    def __post_init__(self) -> None:
        super().__post_init__()
        wrong = self.values <= 0  # NaN is no price, and not a wrong one
        if wrong.any():
            row, column = (int(i) for i in np.argwhere(wrong)[0])
            raise InputError(
                f"prices, {self.dates[row]}, {self.tickers[column]}: need a price above zero, "
                f"found {self.values[row, column]:g}"
            )


class Returns(History):
    """Simple returns per period, decimals."""

    def complete(self) -> "Returns":
        """Rows in which every ticker has a return: the common window.

        Raises:
            InputError: If no row is complete, naming the tickers with fewest returns.
        """
        keep = ~np.isnan(self.values).any(axis=1)
        if keep.all():
            return self
        if not keep.any():
            counts = (~np.isnan(self.values)).sum(axis=0)
            short = self.tickers[int(np.argmin(counts))]
            raise InputError(
                f"returns: no date on which all {len(self.tickers)} tickers have a return; "
                f"{short} has fewest ({int(counts.min())})"
            )
        return Returns(self.dates[keep], self.tickers, self.values[keep])
