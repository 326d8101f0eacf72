"""What the report says on who is preferred. Definitions: docs/methods.md, Preference."""

from __future__ import annotations

from typing import Final

from studies.analysis.evidence import EVERYTHING, Evidence, Eyes, SectionOf
from studies.analysis.preference.beside import best_of_replies, exclusions
from studies.analysis.preference.comparing import Compared, compared
from studies.analysis.preference.matrix import systems_compared
from studies.analysis.preference.rows import (
    ALL_MODELS,
    CHANGE,
    PLACE,
    SHARES,
    N,
    Row,
    change_rows,
    contrasted,
    share_rows,
)
from studies.analysis.preference.telling import intervals, left_out
from studies.analysis.results import Column, Figure, Section, Table

_KEY, _TITLE = "preference", "People's replies and models'"
_LEAD: Final = (
    "How often people's replies are preferred to models' replies to the same dialogue. Systems are fixed; "
    "dialogues, raters and writers are a random sample of those that could have been. Each writer of human "
    "replies has the same weight against each model, and each model the same weight in the mean: this is the "
    "average human. Ties count as half a preference; the share among answers that are no ties stands beside "
    "it, and the model that gives ties a rate of their own is in the ranking."
)
_NO_TAGS: Final = "No dialogue has a tag: there are no slices to tell."
_CHANGE: Final = (
    "The share for people's replies on the slice minus that on all other dialogues, over the models that "
    "have answers on both. n, degrees of freedom and clusters are those of the smaller side."
)
_EYES, _SLICE = PLACE[0], PLACE[2]

Told = list[tuple[Eyes, Compared]]


def human_or_model(evidence: Evidence) -> Section:
    """Wins, ties and losses of people's replies against models', and how they change with the slice."""
    if evidence.verdicts is None or not len(evidence.verdicts):
        return Section(_KEY, _TITLE, absent="There are no answers: verdicts.csv would bring them.")
    if not evidence.verdicts.humans:
        why = (
            "No system is known to be people's: systems.csv says so by its kind, or the option human by name."
        )
        return Section(_KEY, _TITLE, absent=why)
    told = [(eyes, pairs) for eyes in evidence.eyes if (pairs := compared(evidence, eyes.votes)) is not None]
    if not told:
        why = "Nobody compared a person's reply with a model's: pairs of the two would bring it."
        return Section(_KEY, _TITLE, absent=why)
    return _section(evidence, told)


def _section(evidence: Evidence, told: Told) -> Section:
    votes = [(eyes, pairs.votes) for eyes, pairs in told]
    note = intervals(votes)
    shares = [row for eyes, pairs in told for row in share_rows(evidence, eyes, pairs)]
    changes = [row for eyes, pairs in told for row in change_rows(evidence, eyes, pairs)]
    best, why_no_best = best_of_replies(evidence, note)
    tags = () if contrasted(evidence) else (_NO_TAGS,)
    whole = (*PLACE, *SHARES, N)
    parts = (
        *_first(shares, told, evidence.dimensions[0], note),
        *_slices(shares, changes, note),
        *exclusions(evidence, note),
        *best,
        Table("preference_full", "Every dimension, slice and model", whole, shares, note),
        Table(
            "interaction_full",
            "Every difference between slices",
            (*PLACE, *CHANGE),
            changes,
            f"{_CHANGE} {note}",
        ),
    )
    lead = (_LEAD, *left_out(votes), *tags, *why_no_best)
    return Section(_KEY, _TITLE, lead=lead, parts=tuple(part for part in parts if _rows_of(part)))


def _rows_of(part: Table | Figure) -> bool:
    """A table without rows is an empty frame."""
    return bool((part.table if isinstance(part, Figure) else part).rows)


def _first(shares: list[Row], told: Told, key: str, note: str) -> tuple[Table | Figure, ...]:
    """What a reader sees first: the overall answer on all dialogues."""
    rows = [row for row in shares if row[1] == key and row[2] == EVERYTHING]
    together = [(row[0], *row[4:9]) for row in rows if row[3] == ALL_MODELS]
    shown = [eyes.title for eyes, _pairs in told if eyes.kind != "judge"]
    seen = [row for row in rows if row[0] in shown] or rows
    by_model = Table(
        "preference_by_model",
        f"People's share against each model ({key})",
        (PLACE[3], SHARES[0], Column("group", "Who answered")),
        [(row[3], row[4], row[0]) for row in seen],
        note,
    )
    title = f"People's replies against all models ({key}, all dialogues)"
    return (
        Table("preference", title, (_EYES, *SHARES), together, note),
        Figure(
            "preference_by_model_figure",
            by_model.title,
            "forest",
            by_model,
            x_title="Share of preference for people's replies",
            reference=0.5,
        ),
    )


def _slices(shares: list[Row], changes: list[Row], note: str) -> tuple[Table, ...]:
    if not changes:
        return ()
    key = shares[0][1]
    by_slice = [(row[0], row[2], *row[4:9]) for row in shares if row[1] == key and row[3] == ALL_MODELS]
    differ = [(row[0], row[2], *row[4:]) for row in changes if row[1] == key and row[3] == ALL_MODELS]
    place = (_EYES, _SLICE)
    title, asked = f"By slice ({key}, all models)", f"Does the slice change it? ({key}, all models)"
    return (
        Table("preference_by_slice", title, (*place, *SHARES), by_slice, note),
        Table("interaction", asked, (*place, *CHANGE), differ, f"{_CHANGE} {note}"),
    )


SECTIONS: Final[tuple[SectionOf, ...]] = (human_or_model, systems_compared)
