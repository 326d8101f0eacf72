"""What the report says on who is preferred. Definitions: docs/methods.md, Preference."""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.evidence import EVERYTHING, Evidence, SectionOf
from studies.analysis.preference.best import best_of, replies_of, without_writers
from studies.analysis.preference.comparing import compared, of_votes
from studies.analysis.preference.matrix import systems_compared
from studies.analysis.preference.rows import (
    ALL_MODELS,
    CHANGE,
    PLACE,
    SHARES,
    Row,
    change_rows,
    contrasted,
    share_cells,
    share_rows,
)
from studies.analysis.results import Column, Figure, Section, Table

SHOWN_BY_MODEL: Final = ("raters", "jury")
_KEY, _TITLE = "preference", "People's replies and models'"
_LEAD: Final = (
    "How often people's replies are preferred to models' replies to the same dialogue. Systems are fixed; "
    "dialogues, raters and writers are a random sample of those that could have been. Each writer of human "
    "replies has the same weight against each model, and each model the same weight in the mean: this is the "
    "average human. Ties count as half a preference; the share among answers that are no ties stands "
    "beside it, "
    "and the model that gives ties a rate of their own is in the ranking."
)
_NOTE: Final = (
    "Intervals: 95 %, multiway sandwich by dialogue, rater and writer of the human reply, Student's t. "
    "Votes on replies whose writer is not known count together as one writer."
)


def human_or_model(evidence: Evidence) -> Section:
    """Wins, ties and losses of people's replies against models', and how they change with the slice."""
    if evidence.verdicts is None or not len(evidence.verdicts):
        return Section(_KEY, _TITLE, absent="There are no answers: verdicts.csv would bring them.")
    if not evidence.verdicts.humans:
        why = (
            "No system is known to be people's: systems.csv says so by its kind, or the option human by name."
        )
        return Section(_KEY, _TITLE, absent=why)
    found = [(eyes, pairs) for eyes in evidence.eyes if (pairs := compared(evidence, eyes.votes)) is not None]
    if not found:
        why = "Nobody compared a person's reply with a model's: pairs of the two would bring it."
        return Section(_KEY, _TITLE, absent=why)
    shares = [row for eyes, pairs in found for row in share_rows(evidence, eyes, pairs)]
    changes = [row for eyes, pairs in found for row in change_rows(evidence, eyes, pairs)]
    lead = (
        (_LEAD,) if contrasted(evidence) else (_LEAD, "No dialogue has a tag: there are no slices to tell.")
    )
    parts = (
        *_first(shares, evidence),
        *_slices(shares, changes),
        *_exclusions(evidence),
        *_best(evidence),
        Table("preference_full", "Every dimension, slice and model", (*PLACE, *SHARES), shares, _NOTE),
        Table("interaction_full", "Every difference between slices", (*PLACE, *CHANGE), changes, _NOTE),
    )
    return Section(_KEY, _TITLE, lead=lead, parts=parts)


def _first(shares: list[Row], evidence: Evidence) -> tuple[Table | Figure, ...]:
    """What a reader sees first: the overall answer on all dialogues."""
    key = evidence.dimensions[0]
    rows = [row for row in shares if row[1] == key and row[2] == EVERYTHING]
    columns = (Column("eyes", "Who answered"), *SHARES)
    together = [(row[0], *row[4:]) for row in rows if row[3] == ALL_MODELS]
    seen = [row for row in rows if row[0] in SHOWN_BY_MODEL] or rows
    by_model = Table(
        "preference_by_model",
        f"People's share against each model ({key})",
        (Column("model", "Against"), SHARES[0], Column("group", "Who answered"), SHARES[-1]),
        [(row[3], row[4], row[0], row[9]) for row in seen],
        _NOTE,
    )
    return (
        Table(
            "preference",
            f"People's replies against all models ({key}, all dialogues)",
            columns,
            together,
            _NOTE,
        ),
        Figure(
            "preference_by_model_figure",
            by_model.title,
            "forest",
            by_model,
            x_title="Share of preference for people's replies",
            reference=0.5,
        ),
    )


def _slices(shares: list[Row], changes: list[Row]) -> tuple[Table, ...]:
    if not changes:
        return ()
    key = shares[0][1]
    by_slice = [(row[0], row[2], *row[4:]) for row in shares if row[1] == key and row[3] == ALL_MODELS]
    differ = [(row[0], row[2], *row[4:]) for row in changes if row[1] == key and row[3] == ALL_MODELS]
    place = (Column("eyes", "Who answered"), Column("slice", "Slice"))
    note = (
        "The share for people's replies on the slice minus that on all other dialogues, over the models that "
        f"have answers on both. Degrees of freedom and clusters are those of the smaller side. {_NOTE}"
    )
    return (
        Table("preference_by_slice", f"By slice ({key}, all models)", (*place, *SHARES), by_slice, _NOTE),
        Table(
            "interaction", f"Does the slice change it? ({key}, all models)", (*place, *CHANGE), differ, note
        ),
    )


def _exclusions(evidence: Evidence) -> tuple[Table, ...]:
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
    columns = (Column("answers", "Raters' answers"), Column("dimension", "Dimension"), *SHARES)
    known = evidence.verdicts is not None and evidence.verdicts.says("excluded")
    note = _NOTE if known else f"The table does not say what is excluded: both are the same. {_NOTE}"
    return (
        (Table("preference_exclusions", "With and without exclusions", columns, rows, note),) if rows else ()
    )


def _best(evidence: Evidence) -> tuple[Table, ...]:
    """The best of a dialogue's human replies, for raters."""
    if evidence.verdicts is None or evidence.raters is None:
        return ()
    everybody = compared(evidence, evidence.raters)
    if everybody is None:
        return ()
    votes = best_of(everybody.votes, replies_of(evidence.verdicts, everybody.votes))
    pairs = of_votes(evidence, without_writers(votes), ways=votes.ways) if len(votes) else None
    columns = (Column("dimension", "Dimension"), Column("dialogues", "Dialogues", "count"), *SHARES)
    rows: list[Row] = []
    if pairs is not None:
        shares = pairs.over_models(np.ones(len(votes), dtype=bool))
        for key in evidence.dimensions:
            code = evidence.dimension_code(key)
            dialogues = len(np.unique(votes.dialogue[votes.dimension == code]))
            rows.append((key, dialogues, *share_cells(shares, code)))
    note = (
        "Of dialogues where at least two human replies were rated against the same model: answers on the "
        "reply "
        "that the other raters preferred most there. The rater who answers has no say in the choice. Writers "
        f"are not weighted equally here. {_NOTE}"
    )
    if not rows:
        note = (
            "No dialogue has two human replies that were rated against the same model by at least two "
            "raters, so "
            "the best one cannot be chosen by others than those who then judge it."
        )
    return (Table("best_of_replies", "The best of several people's replies (raters)", columns, rows, note),)


SECTIONS: Final[tuple[SectionOf, ...]] = (human_or_model, systems_compared)
