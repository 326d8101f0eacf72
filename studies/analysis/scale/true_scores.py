"""What the true scores of a few systems may be, given noisy ratings and facts that they may go with.

Ratings y are true scores θ plus noise; another draw of noise on y is noise on noise, and pulls a rank
correlation toward 0 a second time. Here draws are of θ: Fay and Herriot's model (1979, JASA 74:269),
y = θ + e with e of covariance V, θ = facts · β + u with u of variance τ², β and τ with flat priors (Gelman
2006, Bayesian Analysis 1:515). Without facts in the model, shrinking would take away the very relation that
is looked for.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: So many directions that the facts leave open are needed: with one, no τ is too large for a flat prior.
FEWEST_LEFT: Final = 2
_GRID: Final = 100
_SMALL: Final = 1e-9


def left_open(facts: Floats) -> Floats:
    """A basis (k × m) of what `facts` (k × p, with constants) leave open in k systems."""
    sizes = np.linalg.norm(facts, axis=0)
    vectors, values, _rest = np.linalg.svd(facts / np.where(sizes > 0, sizes, 1.0))
    return np.asarray(vectors[:, int((values > _SMALL).sum()) :])


def true_scores(
    values: Floats,
    covariance: Floats,
    facts: Floats,
    noise: tuple[Floats, Floats],
    rng: np.random.Generator,
) -> Floats:
    """Draws (count × k) of the true scores behind `values` (k), in their unit.

    `noise` are errors (count × k) and what multiplies the `covariance` (k × k) in each draw, which stands for
    its own error. Each error is moved to what the ratings say of it (simulation by conditioning, Hoffman &
    Ribak 1991, Astrophysical J. 380:L5), and taken away. `left_open` has to leave FEWEST_LEFT.
    """
    errors, factor = noise
    basis = left_open(facts)
    known, turn = np.linalg.eigh(basis.T @ covariance @ basis)
    basis, known = basis @ turn, factor[:, None] * np.maximum(known, 0.0)
    seen = values @ basis
    spread = _spreads(seen, known, rng)[:, None]
    own = (errors + spread * rng.standard_normal(errors.shape)) @ basis
    moved = ((seen - own) / (known + spread**2)) @ basis.T @ covariance
    return np.asarray(values - errors - factor[:, None] * moved)


def _spreads(seen: Floats, known: Floats, rng: np.random.Generator) -> Floats:
    """A τ for each draw from its posterior: `seen` (m) has variances `known` (draws × m) + τ², prior flat."""
    share = (np.arange(_GRID) + 0.5) / _GRID
    scale = max(float(np.sqrt(np.mean(seen**2) + np.mean(known))), _SMALL)
    grid = scale * share / (1.0 - share)
    variances = known[:, None, :] + grid[None, :, None] ** 2
    # The grid is even in its share of τ + scale: the last term makes the prior flat in τ.
    logs = -0.5 * (np.log(variances) + seen**2 / variances).sum(axis=2) - 2.0 * np.log(1.0 - share)
    chances = np.exp(logs - logs.max(axis=1, keepdims=True)).cumsum(axis=1)
    draws = rng.random((len(known), 1)) * chances[:, -1:]
    return np.asarray(grid[(draws > chances).sum(axis=1)])
