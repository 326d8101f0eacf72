"""Two things of the same systems when a third is held equal: Spearman's partial correlation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.scale.association import RngFor
from studies.analysis.scale.orderings import EXACT_UP_TO, drawn, every

Floats = NDArray[np.float64]
#: Fewer systems leave nothing beside the third; fewer than the second make the test reject too often.
FEWEST: Final = 4
FEWEST_TESTED: Final = 8
_SAME: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Partial:
    """Of `x` and `y` given `z`, each n systems."""

    x: Floats
    y: Floats
    z: Floats

    @cached_property
    def given(self) -> Floats:
        """Centred ranks of z, of length 1; zeros where it does not vary."""
        ranks = _ranks(self.z[None])[0]
        return np.asarray(ranks / max(float(np.linalg.norm(ranks)), 1e-300))

    @property
    def rho(self) -> float:
        """The correlation of what z leaves of the ranks of x and y; NaN where it leaves nothing."""
        return float(self.rhos(self.y[None])[0])

    def rhos(self, drawn_y: Floats) -> Floats:
        """The same for each row of other y (rows × n)."""
        return _correlations(self._left(_ranks(self.x[None]))[0], self._left(_ranks(drawn_y)))

    def p(self, rng_for: RngFor) -> float:
        """Two-sided, by orderings of what z leaves of y (Freedman & Lane 1983, JBES 1:292), on ranks.

        Exact in number, not in size: what is left is not wholly exchangeable. Up to EXACT_UP_TO systems all
        orderings, else seeded draws.
        """
        count, exact = len(self.x), len(self.x) <= EXACT_UP_TO
        orders = every(count) if exact else drawn(count, rng_for(f"partial orderings of {count}"))
        left = self._left(_ranks(self.y[None]))[0]
        found = np.abs(_correlations(self._left(_ranks(self.x[None]))[0], self._left(left[orders])))
        far = int((found >= abs(self.rho) - _SAME).sum())
        return far / len(found) if exact else (far + 1) / (len(found) + 1)

    def _left(self, ranks: Floats) -> Floats:
        return np.asarray(ranks - (ranks @ self.given)[:, None] * self.given)


def _ranks(values: Floats) -> Floats:
    return np.asarray(stats.rankdata(values, axis=1) - (values.shape[1] + 1) / 2)


def _correlations(x: Floats, y: Floats) -> Floats:
    """Of x (n) with each row of y; NaN where rounding is all that is left."""
    sizes = np.sqrt((x @ x) * (y * y).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sizes > _SAME, y @ x / sizes, np.nan)
