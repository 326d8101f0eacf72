"""Guesses about who wrote a reply, and what they say of blinding.

Bang's index (Bang, Ni & Davis 2004, Controlled Clinical Trials 25:143) tells it of people's and of models'
replies by themselves, James' (James et al. 1996, Statistics in Medicine 15:1421) of both together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import Floats, clusters_in, interval
from studies.analysis.proportions import exact
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate, undefined

#: True kinds (the table's rows), and guesses (its columns): guess i is right for kind i.
KINDS: Final = ("human", "llm")
GUESSES: Final = ("person", "ai", "unknown")
#: The highest certainty that can be given.
CERTAIN: Final = 5
UNKNOWN: Final = 2
_NO_GUESS: Final = "Nobody guessed about such a reply."
_ALL_UNKNOWN: Final = "All guesses are unknown: nothing varies."
_ONE_KIND: Final = "James' index needs guesses about people's and about models' replies."


@dataclass(frozen=True, slots=True)
class Guesses:
    """One row for each reply that a rater guessed about; arrays of equal length.

    `kind` and `guess` number KINDS and GUESSES; `certainty` is 1 to CERTAIN, 0 where none was given. `won`: 1
    where the rater had preferred the reply, 0 for no difference, −1 where not, −2 if that is not known.
    """

    rater: Codes
    dialogue: NDArray[np.int32]
    system: Codes
    kind: NDArray[np.int8]
    guess: NDArray[np.int8]
    certainty: NDArray[np.int64]
    won: NDArray[np.int8]
    kept: Mask

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: Mask) -> Guesses:
        return Guesses(
            self.rater[rows], self.dialogue[rows], self.system[rows], self.kind[rows], self.guess[rows],
            self.certainty[rows], self.won[rows], self.kept[rows],
        )  # fmt: skip

    @property
    def right(self) -> NDArray[np.int64]:
        """1 for a right guess, −1 for a wrong one, 0 for unknown."""
        said = np.where(self.guess == self.kind, 1, -1)
        return np.where(self.guess == UNKNOWN, 0, said)

    @property
    def counts(self) -> NDArray[np.int64]:
        """The 2 × 3 table: kinds by guesses."""
        cells = np.bincount(self.kind.astype(np.int64) * 3 + self.guess, minlength=6)
        return cells.reshape(2, 3)


def bang(guesses: Guesses, *, weighted: bool = False) -> Estimate:
    """Bang's index of replies of one kind: the share guessed right less the share guessed wrong, of all.

    Between −1 and 1: 0 is what blind guessing brings, 1 everybody is right, below 0 more are wrong than
    right. `weighted` counts a guess by its certainty as a share of CERTAIN, as Bang et al. count strong
    beliefs 1 and weak ones ½. Clusters: raters.
    """
    if not len(guesses):
        return undefined(_NO_GUESS)
    told = guesses.right * (guesses.certainty / CERTAIN if weighted else 1.0)
    value = float(told.mean())
    ways = {"rater": guesses.rater}
    if np.all(told == told[0]):
        return _alike(float(told[0]), ways, len(guesses))
    found = interval(value, (told - value) / len(told), ways)
    return _between(found, -1.0, 1.0)


def james(guesses: Guesses) -> Estimate:
    """James' index of all guesses: 1 everybody says unknown, ½ blind guessing, 0 everybody is right.

    (1 + P + (1 − P) κ) / 2, where P is the share of unknown and κ = (observed − expected) / expected of wrong
    guesses among the others. The influence of a guess is that of its cell, whose derivative is taken with an
    imaginary step: exact, as the index is rational. Clusters: raters.
    """
    shares = guesses.counts / max(len(guesses), 1)
    if np.any(shares.sum(axis=1) == 0):
        return undefined(_ONE_KIND if len(guesses) else _NO_GUESS, n=len(guesses))
    if shares[:, UNKNOWN].sum() == 1.0:
        return undefined(_ALL_UNKNOWN, n=len(guesses), value=1.0)
    if _expected(shares) == 0.0:
        return undefined("All who guessed guessed the same of one kind only.", n=len(guesses))
    value = float(james_of(shares))
    slope = _slope(shares)
    cell = guesses.kind.astype(np.int64) * 3 + guesses.guess
    influence = (slope[cell] - float((slope * shares.ravel()).sum())) / len(guesses)
    return _between(interval(value, influence, {"rater": guesses.rater}), 0.0, 1.0)


def james_of(shares: NDArray[Any]) -> Any:
    """James' index of a 2 × 3 table of shares (or complex shares) that add up to 1."""
    unknown = shares[:, UNKNOWN].sum()
    observed = (shares[0, 1] + shares[1, 0]) / (1.0 - unknown)
    kappa = (observed - _expected(shares)) / _expected(shares)
    return (1.0 + unknown + (1.0 - unknown) * kappa) / 2.0


def _expected(shares: NDArray[Any]) -> Any:
    """The share of wrong guesses, of all that were ventured, if guesses went with nothing."""
    ventured = shares[:, :UNKNOWN]
    kinds, said = ventured.sum(axis=1), ventured.sum(axis=0)
    return (kinds[0] * said[1] + kinds[1] * said[0]) / ventured.sum() ** 2


def _slope(shares: Floats) -> Floats:
    """The derivative of the index by each cell's share, row by row."""
    step = 1e-30
    slopes = np.zeros(shares.size)
    for cell in range(shares.size):
        moved = shares.astype(complex).ravel()
        moved[cell] += step * 1j
        slopes[cell] = np.imag(james_of(moved.reshape(shares.shape))) / step
    return slopes


def _alike(value: float, ways: dict[str, Codes], count: int) -> Estimate:
    raters = clusters_in(ways)
    if abs(value) != 1.0:
        why = _ALL_UNKNOWN if value == 0.0 else "All guesses are alike: nothing varies."
        return undefined(why, n=count, value=value)
    far = 2.0 * exact(raters["rater"], raters["rater"])[0] - 1.0
    low, high = (far, 1.0) if value > 0 else (-1.0, -far)
    return Estimate(value, low, high, n=count, clusters=raters)


def _between(one: Estimate, lowest: float, highest: float) -> Estimate:
    if one.low is None or one.high is None:
        return one
    return Estimate(one.value, max(lowest, one.low), min(highest, one.high), one.se, one.n, one.clusters)
