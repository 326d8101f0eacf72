"""The section of the contrasts that the protocol froze."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studies.analysis.contrasts.deciding import Decided, decided, frozen
from studies.analysis.contrasts.estimands import AgreementDifference, described
from studies.analysis.contrasts.sensitivity import sensitivity
from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.results import Cell, Column, Section, Table

EXPLORATORY: Final = (
    "The protocol names no confirmatory contrast: the whole report is exploratory. Contrasts that are frozen "
    "before the first rating would bring a confirmatory part."
)
NO_PROTOCOL: Final = (
    "There is no protocol (protocol.json, or one that is named): the whole report is exploratory, and "
    "nothing says which analysis was frozen."
)
_KEY, _TITLE = "confirmatory", "Confirmatory contrasts"
_COLUMNS: Final = (
    Column("contrast", "Contrast"),
    Column("difference", "Difference", "points"),
    Column("p_holm", "p after Holm", "p"),
    Column("shown", "Shown"),
    Column("decision", "In words"),
)
_FULL: Final = (
    Column("contrast", "Contrast"),
    Column("estimand", "Estimand"),
    Column("estimand_in_words", "What is estimated"),
    Column("source", "Who answered"),
    Column("dimension", "Dimension"),
    Column("slice", "Slice"),
    Column("sidedness", "Test"),
    Column("margin", "Margin", "share"),
    Column("alpha", "Alpha", "p"),
    Column("difference", "Difference", "points"),
    Column("n", "Answers", "count"),
    Column("standard_error", "Standard error", "share"),
    Column("freedom", "Degrees of freedom", "count"),
    Column("statistic", "t", "number"),
    Column("p", "p", "p"),
    Column("p_holm", "p after Holm", "p"),
    Column("simultaneous_low", "Simultaneous, from", "share"),
    Column("simultaneous_high", "to", "share"),
)
_NOTE: Final = (
    "Differences with their own 95 % intervals (multiway sandwich, Student's t). p-values are corrected "
    "for all frozen "
    "contrasts by Holm; one that could not be computed counts as one with p = 1. Simultaneous intervals "
    "are t intervals "
    "at alpha divided by the number of contrasts (Bonferroni): they hold together whatever depends on "
    "what, and may "
    "include 0 where Holm's procedure, which is less strict, decides. If alphas differ, the largest "
    "bounds the chance of any false decision."
)


def confirmatory(evidence: Evidence, agreement: AgreementDifference | None = None) -> Section:
    """The frozen contrasts with p-values, corrected, and decisions in words.

    `agreement` computes `judge_agreement` instead of `studies.analysis.agreement.pairs`.
    """
    protocol = evidence.protocol
    if protocol is None or protocol.is_exploratory:
        return Section(_KEY, _TITLE, absent=EXPLORATORY if protocol else NO_PROTOCOL)
    found = decided(evidence, protocol.contrasts, agreement) if agreement else frozen(evidence)
    titles = {eyes.name or eyes.key: eyes.title for eyes in evidence.eyes}
    lead = (
        f"The protocol froze {len(found)} contrast{'s' * (len(found) != 1)} before the first rating. "
        "These alone are confirmatory; all other sections of the report are exploratory."
    )
    parts = (
        Table("contrasts", "What was to be shown", _COLUMNS, [_short(one) for one in found], _NOTE),
        sensitivity(evidence, found, agreement),
        Table(
            "contrasts_full",
            "Estimands, tests and simultaneous intervals",
            _FULL,
            [_long(one, titles) for one in found],
            _NOTE,
        ),
    )
    return Section(_KEY, _TITLE, lead=(lead,), parts=parts)


def _short(one: Decided) -> tuple[Cell, ...]:
    difference = one.measured.difference
    return (one.contrast.name, difference, one.p_holm, one.holds, one.sentence)


def _long(one: Decided, titles: Mapping[str, str]) -> tuple[Cell, ...]:
    contrast, difference = one.contrast, one.measured.difference
    return (
        contrast.name,
        contrast.estimand,
        described(contrast),
        titles.get(contrast.source, contrast.source),
        contrast.dimension,
        contrast.slice or "all",
        contrast.sidedness,
        contrast.margin,
        contrast.alpha,
        difference,
        difference.n,
        difference.se,
        one.measured.freedom,
        one.significance.statistic if one.significance else None,
        one.significance.p if one.significance else None,
        one.p_holm,
        one.low,
        one.high,
    )


SECTIONS: Final[tuple[SectionOf, ...]] = (confirmatory,)
