"""What an investor believes beyond the market: views on the returns of assets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.labels import did_you_mean, label_key
from addin.domain.weights import Matrix, Vector
from addin.errors import InputError

_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Views:
    """Views, each on a portfolio of assets: EEM over EFA is a pick of 1 and one of −1.

    Attributes:
        names: (k,) what each view is called.
        tickers: (n,) assets of the picks.
        picks: (k, n) weights of the assets in each view.
        returns: (k,) what the pick returns a year, decimals.
        confidences: (k,) above 0 and up to 1; NaN where none is stated.
    """

    names: tuple[str, ...]
    tickers: tuple[str, ...]
    picks: Matrix
    returns: Vector
    confidences: Vector

    def __post_init__(self) -> None:
        k, n = len(self.names), len(self.tickers)
        if self.picks.shape != (k, n) or not k == len(self.returns) == len(self.confidences):
            raise InputError(
                f"views: need {k} rows of {n} picks, a return and a confidence, got "
                f"{self.picks.shape}, {len(self.returns)} and {len(self.confidences)}"
            )
        self._require_content()
        self._require_agreement()

    def _require_content(self) -> None:
        for name, picks, given, confidence in zip(
            self.names, self.picks, self.returns, self.confidences, strict=True
        ):
            if not picks.any():
                raise InputError(f"views, {name}: need a pick of at least one asset, found none")
            if not (np.isfinite(picks).all() and np.isfinite(given)):
                raise InputError(f"views, {name}: need a return and picks that are numbers")
            if not (np.isnan(confidence) or 0 < confidence <= 1):
                raise InputError(
                    f"views, {name}: need a confidence above 0 and up to 100%, found {confidence:g}"
                )

    def _require_agreement(self) -> None:
        """Refuse two returns for the same portfolio, whatever its size or sign."""
        size = np.linalg.norm(self.picks, axis=1)
        unit = self.picks / size[:, None]
        for i, j in np.argwhere(np.triu(np.abs(unit @ unit.T) > 1 - _SAME**1.25, 1)):
            implied = self.returns[j] / size[j] * size[i] * np.sign(unit[i] @ unit[j])
            if abs(implied - self.returns[i]) > _SAME:
                raise InputError(
                    f"views, {self.names[i]} and {self.names[j]}: contradict each other, returns "
                    f"of {self.returns[i]:.2%} and {implied:.2%} for the same assets"
                )

    def __len__(self) -> int:
        return len(self.names)

    def over(self, tickers: Sequence[str]) -> "Views":
        """The same views with picks in the order of these assets.

        Raises:
            InputError: If a view is on an asset that is not among them; the nearest is suggested.
        """
        place = {label_key(ticker): i for i, ticker in enumerate(tickers)}
        picks = np.zeros((len(self), len(tickers)))
        for ticker, column in zip(self.tickers, self.picks.T, strict=True):
            if label_key(ticker) in place:
                picks[:, place[label_key(ticker)]] = column
            elif column.any():
                raise InputError(
                    f"views, {self.names[int(np.argmax(column != 0))]}: {ticker} is not among the "
                    f"{len(tickers)} assets{did_you_mean(ticker, tickers)}"
                )
        return replace(self, tickers=tuple(tickers), picks=picks)
