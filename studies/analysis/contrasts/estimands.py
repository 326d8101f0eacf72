"""What each frozen contrast compares, and its estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from studies.analysis.agreement.pairs import agreement_difference
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.preference.comparing import Compared, compared, of_votes
from studies.analysis.preference.matrix import turned
from studies.analysis.preference.outcomes import DECISIVE, SHARE
from studies.analysis.preference.rows import changed
from studies.analysis.reading import Mask
from studies.analysis.results import Estimate, undefined
from studies.analysis.votes import Votes
from studies.protocol import Contrast

NO_AGREEMENT: Final = "A tie is an answer that can agree: without ties it would be another question."
RANDOM: Final = "Dialogues and raters are a random sample, systems are fixed. Ties count half."
AVERAGE: Final = (
    "Average human: writers are a random sample and weighted equally. Dialogues and raters are a random "
    "sample, systems are fixed. Ties count half."
)


#: (evidence, *, source, dimension, within) → the judge's agreement with a rater minus that of another rater,
#: as a share, with its standard error and clusters.
AgreementDifference = Callable[..., Estimate]


@dataclass(frozen=True, slots=True)
class Measured:
    """The contrast's difference; degrees of freedom are 0 where it has no interval."""

    difference: Estimate
    freedom: int


def measured(
    evidence: Evidence, contrast: Contrast, agreement: AgreementDifference | None = None
) -> Measured:
    """The estimate of one contrast, or the sentence why there is none. Never raises for missing data."""
    difference = estimated(evidence, contrast, agreement)
    counts = [count for count in difference.clusters.values() if count > 1]
    usable = difference.value is not None and difference.low is not None and bool(difference.se)
    return Measured(difference, min(counts) - 1 if usable and counts else 0)


def described(contrast: Contrast) -> str:
    """The estimand in words."""
    where = f"on dialogues tagged {contrast.slice}" if contrast.slice else "on all dialogues"
    texts = {
        "human_vs_models": "Mean share by which people's replies are preferred to each model's, models "
        "equally "
        f"weighted, minus one half, {where}. {AVERAGE}",
        "system_vs_system": f"Share by which {contrast.system} is preferred to {contrast.against}, minus one "
        f"half, {where}. On pairs of a person and a model writers are weighted equally. {RANDOM}",
        "slice_difference": "Mean share by which people's replies are preferred to each model's, "
        f"{where}, minus that on all other dialogues. {AVERAGE}",
        "judge_agreement": f"Agreement of {contrast.source} with a rater minus that of another rater on "
        "the same "
        f"pairs, {where}. The judge is fixed; dialogues and raters are a random sample.",
    }
    return texts.get(contrast.estimand, contrast.estimand)


def estimated(
    evidence: Evidence,
    contrast: Contrast,
    agreement: AgreementDifference | None = None,
    *,
    ties: bool = True,
) -> Estimate:
    """The difference; without ties, only of the answers that prefer a reply."""
    if contrast.slice and contrast.slice not in evidence.slices:
        return undefined(f"No dialogue with answers is tagged {contrast.slice}.")
    if evidence.dimension_code(contrast.dimension) < 0:
        name = evidence.dimension_names.get(contrast.dimension, contrast.dimension)
        return undefined(f"Nobody answered the dimension {name}.")
    if contrast.estimand == "judge_agreement":
        return _agreement(evidence, contrast, agreement) if ties else undefined(NO_AGREEMENT)
    eyes = {one.name or one.key: one.votes for one in evidence.eyes}
    if contrast.source not in eyes:
        return undefined(f"There are no answers of {contrast.source}.")
    votes = eyes[contrast.source]
    votes = votes.take(votes.dimension == evidence.dimension_code(contrast.dimension))
    computed: dict[str, Callable[[Evidence, Contrast, Votes, int], Estimate]] = {
        "human_vs_models": _human_vs_models,
        "system_vs_system": _system_vs_system,
        "slice_difference": _slice_difference,
    }
    if contrast.estimand not in computed:
        return undefined(f"This version does not know how to compute {contrast.estimand}.")
    return computed[contrast.estimand](evidence, contrast, votes, SHARE if ties else DECISIVE)


def _human_vs_models(evidence: Evidence, contrast: Contrast, votes: Votes, column: int) -> Estimate:
    pairs = compared(evidence, votes)
    if pairs is None:
        return undefined("There are no answers on pairs of a person's and a model's reply.")
    return _over_half(evidence, contrast, pairs, column)


def _slice_difference(evidence: Evidence, contrast: Contrast, votes: Votes, column: int) -> Estimate:
    pairs = compared(evidence, votes)
    if pairs is None:
        return undefined("There are no answers on pairs of a person's and a model's reply.")
    shares = pairs.change_over_models(_inside(evidence, contrast, pairs))
    return changed(shares, evidence.dimension_code(contrast.dimension), column)


def _system_vs_system(evidence: Evidence, contrast: Contrast, votes: Votes, column: int) -> Estimate:
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    for name in (contrast.system, contrast.against):
        if name not in systems:
            return undefined(f"There are no answers on the system {name}.")
    system, against = systems.index(contrast.system), systems.index(contrast.against)
    a, b = min(system, against), max(system, against)
    met = votes.take((votes.a == a) & (votes.b == b))
    if not len(met):
        return undefined(f"Nobody compared {contrast.system} with {contrast.against}.")
    pairs = of_votes(evidence, met)
    share = _over_half(evidence, contrast, pairs, column)
    if system == a or share.value is None:
        return share
    return _less(turned(_less(share, -0.5)), 0.5)


def _inside(evidence: Evidence, contrast: Contrast, pairs: Compared) -> Mask:
    return pairs.inside(evidence.slices[contrast.slice or EVERYTHING])


def _over_half(evidence: Evidence, contrast: Contrast, pairs: Compared, column: int) -> Estimate:
    shares = pairs.over_models(_inside(evidence, contrast, pairs))
    return _less(shares.estimate(evidence.dimension_code(contrast.dimension), column), 0.5)


def _less(estimate: Estimate, amount: float) -> Estimate:
    value, low, high = (
        None if x is None else x - amount for x in (estimate.value, estimate.low, estimate.high)
    )
    return replace(estimate, value=value, low=low, high=high)


def _agreement(evidence: Evidence, contrast: Contrast, agreement: AgreementDifference | None) -> Estimate:
    return (agreement or agreement_difference)(
        evidence, source=contrast.source, dimension=contrast.dimension, within=contrast.slice or EVERYTHING
    )
