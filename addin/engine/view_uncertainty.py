"""How uncertain views are: the matrix Ω of Black and Litterman."""

import numpy as np

from addin.domain.choice import Choice
from addin.domain.views import Views
from addin.domain.weights import Matrix, Vector
from addin.errors import InputError

BLANK_CONFIDENCE = 0.5
_NO_RISK = 1e-12  # of the largest variance


class ViewMethod(Choice):
    """How uncertain views are, and which covariance follows."""

    HE_LITTERMAN = "he-litterman"
    IDZOREK = "idzorek"


def view_variances(covariance: Matrix, views: Views, tau: float) -> Vector:
    """pτΣp' of each view: how far its return may be from the equilibrium's.

    Raises:
        InputError: If τ is not above zero, or a view is on assets without risk.
    """
    if not tau > 0:
        raise InputError(f"tau: need a number above zero, found {tau:g}")
    picks = views.picks
    variances = np.einsum("ij,ij->i", picks @ covariance, picks)
    floor = _NO_RISK * float(np.diag(covariance).max(initial=0.0))
    floors = floor * np.einsum("ij,ij->i", picks, picks)
    for name, variance, least in zip(views.names, variances, floors, strict=True):
        if not variance > least:
            raise InputError(f"views, {name}: need assets with risk, found a pick without any")
    return np.asarray(tau * variances)


def uncertainty(covariance: Matrix, views: Views, method: ViewMethod, tau: float) -> Vector:
    """Variance of each view: (k,), the diagonal of Ω.

    ``he-litterman``: pτΣp'. ``idzorek``: (1 − c)/c · pτΣp', zero at full confidence; a view
    without a confidence has 50 %, at which both methods agree.

    Raises:
        InputError: If a confidence is stated for ``he-litterman``; as ``view_variances``.

    Source:
        He and Litterman (1999); Idzorek (2005), whose confidence is the share of the way from
        the market's weights to those of full confidence; closed form by Walters (2007).
    """
    variances = view_variances(covariance, views, tau)
    stated = ~np.isnan(views.confidences)
    if method is ViewMethod.IDZOREK:
        confidence = np.where(stated, views.confidences, BLANK_CONFIDENCE)
        return np.asarray((1 - confidence) / confidence * variances)
    if stated.any():
        raise InputError(
            f"views, {views.names[int(np.argmax(stated))]}: {ViewMethod.HE_LITTERMAN} has no use "
            f"for a confidence; leave it blank, or choose the method {ViewMethod.IDZOREK}"
        )
    return variances


def method_for(views: Views) -> ViewMethod:
    """The method when none is chosen: ``idzorek`` where a view states a confidence."""
    stated = bool((~np.isnan(views.confidences)).any())
    return ViewMethod.IDZOREK if stated else ViewMethod.HE_LITTERMAN
