"""The frozen contrasts beside themselves: with what was excluded, and without ties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import numpy as np

from studies.analysis.contrasts.deciding import Decided
from studies.analysis.contrasts.estimands import AgreementDifference, estimated
from studies.analysis.evidence import Evidence
from studies.analysis.results import Cell, Column, Table
from studies.analysis.votes import Votes

_COLUMNS: Final = (
    Column("contrast", "Contrast"),
    Column("answers", "Which answers"),
    Column("difference", "Difference", "points"),
)
_NOTE: Final = (
    "Only the first row of each contrast is confirmatory; the others show what hangs on two choices. Ties "
    "left out: the share among answers that prefer a reply. A model that gives ties a rate of their own "
    "(Davidson) does not stand here: its strengths are log odds, fitted to all systems at once, each answer "
    "with the same weight, and no share that weighs writers and models equally follows from them. They are "
    "in the ranking by each model."
)
_NONE_EXCLUDED: Final = "No answer of a rater was excluded: the second row repeats the first."


@dataclass(frozen=True)
class _WithExcluded(Evidence):
    """The same evidence with the raters' answers that are to be left out. Judges' stay out."""

    @cached_property
    def raters(self) -> Votes | None:
        return self.raters_with_excluded


def sensitivity(evidence: Evidence, found: Sequence[Decided], agreement: AgreementDifference | None) -> Table:
    """Three rows a contrast: as analysed, with excluded answers, and with ties left out."""
    excluded = _excludes(evidence)
    everything = _with_excluded(evidence) if excluded else evidence
    rows = [row for one in found for row in _rows(evidence, everything, one, agreement)]
    note = _NOTE if excluded else f"{_NOTE} {_NONE_EXCLUDED}"
    return Table("contrasts_sensitivity", "With excluded answers, and without ties", _COLUMNS, rows, note)


def _rows(
    evidence: Evidence, everything: Evidence, one: Decided, agreement: AgreementDifference | None
) -> Iterator[tuple[Cell, ...]]:
    primary, contrast = one.measured.difference, one.contrast
    again = primary if everything is evidence else estimated(everything, contrast, agreement)
    yield (contrast.name, "as analysed", primary)
    yield (contrast.name, "with excluded answers", again)
    yield (contrast.name, "ties left out", estimated(evidence, contrast, agreement, ties=False))


def _excludes(evidence: Evidence) -> bool:
    verdicts = evidence.verdicts
    return verdicts is not None and bool(np.any(verdicts.excluded & verdicts.by_rater & verdicts.main))


def _with_excluded(evidence: Evidence) -> Evidence:
    return _WithExcluded(**{one.name: getattr(evidence, one.name) for one in fields(evidence) if one.init})
