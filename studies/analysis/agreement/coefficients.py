"""Agreement of any number of raters on each pair, raw and corrected for chance.

All of it is read off the table of counts: pairs × labels. Pairs may have different numbers of votes; raw
agreement needs two, and the marginals of Fleiss and Gwet use pairs with one as well.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from studies.analysis.agreement.counted import Counted, Floats
from studies.analysis.agreement.jackknife import SumsOf, ValuesOf, jackknife
from studies.analysis.results import Estimate


class Coefficient(NamedTuple):
    """`key` in the report, `title` and which data it fits."""

    key: str
    title: str
    fits: str


#: In the order of what `coefficients_of` returns.
COEFFICIENTS: Final = (
    Coefficient("raw", "Raw agreement", "always shown; says nothing of chance"),
    Coefficient("fleiss_kappa", "Fleiss' κ", "labels without order; falls where one label prevails"),
    Coefficient("gwet_ac1", "Gwet's AC1", "labels without order; steady where one label prevails"),
    Coefficient("gwet_ac2", "Gwet's AC2, ordinal", "ordered answers; steady where one label prevails"),
    Coefficient(
        "alpha_nominal", "Krippendorff's α, nominal", "labels without order; votes missing at random"
    ),
    Coefficient("alpha_ordinal", "Krippendorff's α, ordinal", "ordered answers; votes missing at random"),
)


def coefficients_of(sample: Counted) -> list[Estimate]:
    """COEFFICIENTS of the sample, each between −1 and 1, with intervals by dialogue, rater and writer.

    Sources: raw, the mean over pairs of the share of couples of votes with the same label; κ, Fleiss (1971)
    in the form for unequal numbers of raters of Gwet (2014, Handbook of Inter-Rater Reliability, 4th
    ed.), which gives AC1 and AC2 too; α, Krippendorff (2018, Content Analysis, 4th ed., ch. 12). A
    coefficient whose chance agreement is 1 (nobody used a second label) is undefined.
    """
    paired = int((sample.counts.sum(axis=1) >= 2).sum())
    shares = np.array([one.key == "raw" for one in COEFFICIENTS])
    size = len(sample.labels)
    return jackknife(sample, sums_of(size), values_of(size), shares, n=paired)


def cohen_kappa(table: Floats) -> float:
    """Cohen's κ (1960) of two sources from their cross table (K × K), each with its own marginals.

    Not a number where both used one and the same label only.
    """
    shares = table / table.sum()
    expected = float(shares.sum(axis=1) @ shares.sum(axis=0))
    return (float(np.trace(shares)) - expected) / (1.0 - expected) if expected < 1.0 else float("nan")


def ordinal_weights(size: int) -> Floats:
    """Gwet's ordinal weights (K × K): 1 − C(|k−l|+1, 2) / C(K, 2)."""
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(float)
    most = size * (size - 1) / 2
    return np.asarray(1.0 - apart * (apart + 1) / 2 / most) if most else np.ones((size, size))


def sums_of(size: int) -> SumsOf:
    """Of each pair: whether it has two votes, its raw and weighted agreement, whether it has any vote, the
    shares of labels, and Krippendorff's coincidences. Added over pairs they suffice for every coefficient.
    """
    weights = ordinal_weights(size)

    def sums(counts: Floats) -> Floats:
        n = counts.sum(axis=1, keepdims=True)
        paired, rated = (n >= 2).astype(float), (n >= 1).astype(float)
        couples = np.maximum(n * (n - 1), 1.0)
        together = counts[:, :, None] * (counts[:, None, :] - np.eye(size))
        raw = np.einsum("ukk->u", together)[:, None] / couples
        weighted = np.einsum("ukl,kl->u", together, weights)[:, None] / couples
        coincidences = together.reshape(len(counts), size * size) * paired / np.maximum(n - 1, 1.0)
        shares = counts / np.maximum(n, 1.0)
        return np.hstack([paired, paired * raw, paired * weighted, rated, shares, coincidences])

    return sums


def values_of(size: int) -> ValuesOf:
    """COEFFICIENTS from added sums (… × m)."""
    spread = float(ordinal_weights(size).sum())

    def values(sums: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            raw, weighted = sums[..., 1] / sums[..., 0], sums[..., 2] / sums[..., 0]
            shares = sums[..., 4 : 4 + size] / sums[..., 3, None]
            together = sums[..., 4 + size :].reshape(*sums.shape[:-1], size, size)
            same = (shares**2).sum(axis=-1)
            gwet = (1.0 - same) / (size * (size - 1)) if size > 1 else np.full_like(same, np.nan)
            found = [
                raw,
                _beyond(raw, same),
                _beyond(raw, size * gwet),
                _beyond(weighted, spread * gwet),
                _alpha(together, ordinal=False),
                _alpha(together, ordinal=True),
            ]
        return np.stack(found, axis=-1)

    return values


def _beyond(observed: Floats, expected: Floats) -> Floats:
    """Agreement beyond chance as a share of what was possible."""
    defined = expected < 1.0 - 1e-12
    return np.where(defined, (observed - expected) / np.where(defined, 1.0 - expected, 1.0), np.nan)


def _alpha(together: Floats, *, ordinal: bool) -> Floats:
    """Krippendorff's α of coincidences (… × K × K)."""
    size = together.shape[-1]
    totals = together.sum(axis=-1)
    everything = totals.sum(axis=-1)
    if ordinal:
        upto = np.cumsum(totals, axis=-1)
        between = np.abs((upto - totals / 2)[..., :, None] - (upto - totals / 2)[..., None, :])
        distance = between**2
    else:
        distance = np.broadcast_to(1.0 - np.eye(size), together.shape)
    observed = (together * distance).sum(axis=(-1, -2))
    crossed = totals[..., :, None] * totals[..., None, :]
    expected = (crossed * distance).sum(axis=(-1, -2)) / (everything - 1)
    possible = expected > 0
    return np.where(possible, 1.0 - observed / np.where(possible, expected, 1.0), np.nan)
