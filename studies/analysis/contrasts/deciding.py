"""Each contrast's result beside the others: corrected, with an interval that holds for all, and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from studies.analysis.clustering import NOTHING_VARIES, quantile, simultaneous
from studies.analysis.contrasts.estimands import AgreementDifference, Measured, measured
from studies.analysis.contrasts.significance import (
    EQUIVALENCE,
    GREATER,
    LESS,
    Significance,
    holm,
    significance,
)
from studies.analysis.evidence import Evidence
from studies.analysis.proportions import log_odds, within
from studies.protocol import Contrast

#: Smaller ones are written as less than this.
SMALLEST_P: Final = 0.001


#: How far an estimand can be from 0: a share less one half, and a difference of two shares. These are tested
#: on log odds, as their intervals are told; an agreement's difference on its own scale.
FARTHEST: Final = {"human_vs_models": 0.5, "system_vs_system": 0.5, "slice_difference": 1.0}


@dataclass(frozen=True, slots=True)
class Decided:
    """A contrast with its estimate, test and Holm's p; `low` and `high` hold for all contrasts together."""

    contrast: Contrast
    measured: Measured
    significance: Significance | None
    p_holm: float | None
    low: float | None
    high: float | None

    @property
    def holds(self) -> bool:
        """Whether the contrast is shown, at its own alpha after Holm's correction."""
        return self.p_holm is not None and self.p_holm <= self.contrast.alpha

    @property
    def sentence(self) -> str:
        return _sentence(self)


def decided(
    evidence: Evidence, contrasts: Sequence[Contrast], agreement: AgreementDifference | None = None
) -> list[Decided]:
    """All frozen contrasts, in the protocol's order.

    Simultaneous intervals are Student t intervals at alpha / m for m contrasts (Bonferroni): valid under any
    dependence, a little wider than Holm's decisions need. Tests are made on the scale of the intervals, so
    that a single contrast's interval leaves 0 out just where it is shown.
    """
    results = [measured(evidence, contrast, agreement) for contrast in contrasts]
    tests = [_test(contrast, result) for contrast, result in zip(contrasts, results, strict=True)]
    corrected = holm([test.p if test else None for test in tests])
    found = []
    for contrast, result, test, p in zip(contrasts, results, tests, corrected, strict=True):
        value, se = result.difference.value, result.difference.se
        low = high = None
        if test is not None and value is not None and se is not None:
            reach = quantile(result.freedom, simultaneous(1 - contrast.alpha, len(contrasts))) * se
            low, high = _ends(contrast, value, reach)
        found.append(Decided(contrast, result, test, p, low, high))
    return found


def frozen(evidence: Evidence) -> list[Decided]:
    """`decided` for the protocol's contrasts; computed once for all sections."""
    contrasts = evidence.protocol.contrasts if evidence.protocol else ()
    return evidence.once("contrasts", lambda it: decided(it, contrasts))


def _test(contrast: Contrast, result: Measured) -> Significance | None:
    value, se = result.difference.value, result.difference.se
    if value is None or not se or result.freedom < 1:
        return None
    most, margin = FARTHEST.get(contrast.estimand), contrast.margin
    if most is not None:
        value, se = log_odds(value, se, -most, most)
        margin = log_odds(margin, 0.0, -most, most)[0] if margin < most else math.inf
    return significance(value, se, result.freedom, contrast.sidedness, margin)


def _ends(contrast: Contrast, value: float, reach: float) -> tuple[float, float]:
    most = FARTHEST.get(contrast.estimand)
    if most is None:
        return max(value - reach, -1.0), min(value + reach, 1.0)
    return within(value, reach, -most, most)


def _sentence(one: Decided) -> str:
    value = one.measured.difference.value
    if one.significance is None or one.p_holm is None or value is None:
        return f"Not decided. {one.measured.difference.undefined or NOTHING_VARIES}"
    found = f"{'shown' if one.holds else 'not shown'} {_claim(one.contrast, value, one.holds)}"
    p = f"p = {one.p_holm:.3f}" if one.p_holm >= SMALLEST_P else f"p < {SMALLEST_P}"
    points = f"{100 * value:+.1f}".replace("-", "−")
    return f"{_subject(one.contrast)}: {found} ({points} points, corrected {p})."


def _claim(contrast: Contrast, value: float, holds: bool) -> str:
    if contrast.sidedness == EQUIVALENCE:
        return f"to lie within ±{100 * contrast.margin:g} points"
    expected = {GREATER: "to be positive", LESS: "to be negative"}
    if holds:
        return expected[GREATER if value > 0 else LESS]
    return expected.get(contrast.sidedness, "to differ from zero")


def _subject(contrast: Contrast) -> str:
    where = f" on {contrast.slice} dialogues" if contrast.slice else ""
    return {
        "human_vs_models": f"Preference for people's replies over the models'{where}",
        "system_vs_system": f"Preference for {contrast.system} over {contrast.against}{where}",
        "slice_difference": f"Preference for people's replies{where} less that on other dialogues",
        "judge_agreement": f"Agreement of {contrast.source} with raters less that among raters{where}",
    }.get(contrast.estimand, contrast.name)
