"""What a frozen contrast claims, in a sentence: for registries and papers, in English."""

from __future__ import annotations

from typing import Final

from studies.protocol import Contrast

_SOURCES: Final = {"raters": "raters", "jury": "the jury of language models"}
_CLAIMS: Final = {
    "two_sided": "differs from 0",
    "greater": "is above 0",
    "less": "is below 0",
}
_TESTS: Final = {
    "two_sided": "two-sided test against 0",
    "greater": "one-sided test, above 0",
    "less": "one-sided test, below 0",
}


def hypothesis(contrast: Contrast) -> str:
    """The contrast's name and claim. The claim begins in lower case, as part of a sentence."""
    where = f", on dialogues tagged {contrast.slice}" if _has_slice(contrast) else ""
    return f"**{contrast.name}**: {_compared(contrast)}{where} ({contrast.dimension}) {_claim(contrast)}."


def decided_by(contrast: Contrast) -> str:
    """How it is decided: test, margin, alpha."""
    test = _TESTS.get(contrast.sidedness)
    if test is None:
        test = f"two one-sided tests (Schuirmann, 1987) against ±{100 * contrast.margin:g} points"
    return f"**{contrast.name}**: {test}, α = {contrast.alpha:g}."


def _has_slice(contrast: Contrast) -> bool:
    return bool(contrast.slice) and contrast.estimand != "slice_difference"


def _claim(contrast: Contrast) -> str:
    return _CLAIMS.get(contrast.sidedness, f"lies within ±{100 * contrast.margin:g} points")


def _compared(contrast: Contrast) -> str:
    who = _SOURCES.get(contrast.source, contrast.source)
    return {
        "human_vs_models": f"the share by which {who} prefer people's replies to models', minus one half",
        "system_vs_system": f"the share by which {who} prefer {contrast.system} to {contrast.against}, "
        "minus one half",
        "slice_difference": f"the share by which {who} prefer people's replies to models' on dialogues "
        f"tagged {contrast.slice}, minus the same on all other dialogues",
        "judge_agreement": f"how often {who} agrees with a rater, minus how often another rater does",
    }.get(contrast.estimand, contrast.estimand)
