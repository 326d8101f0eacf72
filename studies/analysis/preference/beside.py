"""What stands beside the primary shares: exclusions undone, and the best of several people's replies."""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.preference.best import best_of, replies_of, without_writers
from studies.analysis.preference.comparing import compared, of_votes
from studies.analysis.preference.rows import PLACE, SHARES, Row, share_cells
from studies.analysis.results import Column, Table

_NO_BEST: Final = (
    "Best of several people's replies: no dialogue has two human replies that were rated against the same "
    "model by at least two raters, so the best one cannot be chosen by others than those who then judge it."
)
_BEST: Final = (
    "Of dialogues where at least two human replies were rated against the same model: answers on the reply "
    "that the other raters preferred most there. The rater who answers has no say in the choice. Writers are "
    "not weighted equally here."
)


def exclusions(evidence: Evidence, note: str) -> tuple[Table, ...]:
    """The raters' shares without and with what is to be left out."""
    rows: list[Row] = []
    for name, votes in (
        ("as analysed", evidence.raters),
        ("with excluded answers", evidence.raters_with_excluded),
    ):
        pairs = compared(evidence, votes) if votes is not None else None
        if pairs is None:
            continue
        shares = pairs.over_models(np.ones(len(pairs.votes), dtype=bool))
        for key in evidence.dimensions:
            rows.append((name, key, *share_cells(shares, evidence.dimension_code(key))))
    columns = (Column("answers", "Raters' answers"), PLACE[1], *SHARES)
    known = evidence.verdicts is not None and evidence.verdicts.says("excluded")
    said = note if known else f"The table does not say what is excluded: both are the same. {note}"
    return (Table("preference_exclusions", "With and without exclusions", columns, rows, said),)


def best_of_replies(evidence: Evidence, note: str) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The best of a dialogue's human replies, for raters; or the sentence why there is none."""
    everybody = compared(evidence, evidence.raters) if evidence.raters is not None else None
    if evidence.verdicts is None or everybody is None:
        return (), ()
    votes = best_of(everybody.votes, replies_of(evidence.verdicts, everybody.votes))
    if not len(votes):
        return (), (_NO_BEST,)
    pairs = of_votes(evidence, without_writers(votes), ways=votes.ways)
    shares = pairs.over_models(np.ones(len(votes), dtype=bool))
    rows: list[Row] = []
    for key in evidence.dimensions:
        code = evidence.dimension_code(key)
        dialogues = len(np.unique(votes.dialogue[votes.dimension == code]))
        rows.append((key, dialogues, *share_cells(shares, code)))
    columns = (PLACE[1], Column("dialogues", "Dialogues", "count"), *SHARES)
    title = "The best of several people's replies (raters)"
    return (Table("best_of_replies", title, columns, rows, f"{_BEST} {note}"),), ()
