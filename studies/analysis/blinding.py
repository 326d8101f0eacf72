"""Blinding: could raters tell people's replies from models'?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import EVERYTHING, Evidence, SectionOf
from studies.analysis.guessing import GUESSES, KINDS, Guesses, bang, james
from studies.analysis.reading import Coded, Codes, Mask, TextTable
from studies.analysis.results import Cell, Column, Estimate, Figure, Section, Table
from studies.analysis.verdicts import joined

TABLE: Final = "guesses.csv"
NEEDED: Final = ("rater", "pair", "dialogue", *(f"{what}_{side}" for side in ("first", "second")
                 for what in ("kind", "guess")))  # fmt: skip
#: By what a rater thought of a reply: `won`, and how it reads.
PREFERRED: Final = {1: "preferred", 0: "no difference", -1: "not preferred", -2: "not rated"}
BOTH: Final = "both"
KEPT: Final = "not excluded"
_UNSAID: Final = -2
_ABSENT: Final = (
    "Blinding is not told: guesses.csv is missing, or nobody guessed who wrote a person's or model's reply. "
    "A study whose journey asks for guesses at the end brings it."
)
_NO_VERDICTS: Final = "Guesses are not split by what was preferred: no raters' answers are there."
_READING: Final = (
    "Bang's index is 0 if guesses are no better than chance, 1 if everybody is right, and below 0 if more "
    "guesses are wrong than right. James' index is 1 if everybody says that they do not know, ½ if guesses "
    "are no better than chance, and 0 if everybody is right. A preferred reply that is taken for a person's, "
    "whoever wrote it, shows as an index above 0 for people and below 0 for models among the preferred."
)
_KINDS_READ: Final = {"human": "people's", "llm": "models'", BOTH: "both"}
_WHAT: Final = (
    Column("raters", "Raters"),
    Column("slice", "Slice"),
    Column("preferred", "By the rater's preference"),
    Column("kind", "Replies"),
)
_COUNTS: Final = tuple(Column(name, f"Guessed {name}", "count") for name in GUESSES)
_INDICES: Final = (
    Column("bang", "Bang's index", "number"),
    Column("bang_weighted", "Bang's index by certainty", "number"),
    Column("james", "James' index", "number"),
)
_NOTE: Final = (
    "Bang: share of right less share of wrong guesses, of all guesses about replies of the kind, unknown "
    "ones too. By certainty: a guess counts its certainty (1 to 5) divided by 5. James: both kinds together. "
    "Intervals: sandwich by rater with Student's t; where all guesses are right or all wrong, exact over "
    "raters."
)


def blinding(evidence: Evidence) -> Section:
    title = "Blinding"
    found = guesses_in(evidence)
    if found is None or not len(found):
        return Section("blinding", title, absent=_ABSENT)
    rows = [row for split in (False, True) for row in _rows(evidence, found, split)]
    first = [row for row in rows if row[1] == EVERYTHING and row[0] == KEPT]
    whole = [row for row in first if row[2] == "all"]
    lead = (_READING, *_questions(evidence), *(() if evidence.raters is not None else (_NO_VERDICTS,)))
    parts = (
        Table("blinding", "Guesses about who wrote replies", (*_WHAT, *_COUNTS, *_INDICES), whole, _NOTE),
        _figure(first),
        Table(
            "blinding_by_preference",
            "Guesses by whether the rater preferred the reply",
            (*_WHAT, *_COUNTS, *_INDICES),
            [row for row in first if row[2] != "all"],
            _NOTE,
        ),
        _by_system(evidence, found),
        Table(
            "blinding_full",
            "Guesses by slice, and with excluded raters",
            (*_WHAT, *_COUNTS, *_INDICES),
            rows,
            _NOTE,
        ),
    )
    return Section("blinding", title, lead, parts)


def guesses_in(evidence: Evidence) -> Guesses | None:
    """The guesses about people's and models' replies, first sides and then second. None without the table.

    Dialogues are numbered as in the verdicts, −1 for one that nobody rated; systems as in `system_names`.
    """
    table = evidence.tables.get(TABLE)
    if table is None or not all(column in table for column in NEEDED):
        return None
    sides = [_side(evidence, table, side) for side in ("first", "second")]
    both = Guesses(*(np.concatenate(columns) for columns in zip(*sides, strict=True)))
    return both.take((both.kind >= 0) & (both.guess >= 0))


def system_names(table: TextTable) -> tuple[str, ...]:
    """The systems that guesses are about, sorted."""
    found = {label for side in ("first", "second") if f"system_{side}" in table
             for label in table[f"system_{side}"].labels}  # fmt: skip
    return tuple(sorted(found))


def _side(evidence: Evidence, table: TextTable, side: str) -> tuple[NDArray[np.generic], ...]:
    rows = table.rows
    name = f"system_{side}"
    names = system_names(table)
    certainty = f"certainty_{side}"
    return (
        table["rater"].codes,
        _places(table["dialogue"], _dialogues(evidence)),
        _places(table[name], names) if name in table else np.full(rows, -1, dtype=np.int32),
        _places(table[f"kind_{side}"], KINDS).astype(np.int8),
        _places(table[f"guess_{side}"], GUESSES).astype(np.int8),
        table.integers(certainty, empty=0) if certainty in table else np.zeros(rows, dtype=np.int64),
        _won(evidence, table, first=side == "first"),
        _kept(evidence, table),
    )


def _dialogues(evidence: Evidence) -> tuple[str, ...]:
    return evidence.verdicts.dialogue.labels if evidence.verdicts is not None else ()


def _places(column: Coded, names: tuple[str, ...]) -> Codes:
    """Places in `names`; −1 for what is not there."""
    place = {name: number for number, name in enumerate(names)}
    new = np.array([place.get(label, -1) for label in column.labels], dtype=np.int32)
    return new[column.codes] if len(new) else np.zeros(0, dtype=np.int32)


def _kept(evidence: Evidence, table: TextTable) -> Mask:
    """Whether the rater is not left out (sessions.csv); all where that is not known."""
    sessions = evidence.tables.get("sessions.csv")
    if sessions is None or "excluded" not in sessions:
        return np.ones(table.rows, dtype=bool)
    out = {
        rater
        for rater, flag in zip(sessions["rater"].texts(), sessions.flags("excluded"), strict=True)
        if flag
    }
    return ~table["rater"].matching(np.array([label in out for label in table["rater"].labels], dtype=bool))


def _won(evidence: Evidence, table: TextTable, *, first: bool) -> NDArray[np.int8]:
    """What the rater had said on the first dimension of the reply shown on this side.

    Sides are those of the guess: the pair's order is matched by the systems' names.
    """
    said = np.full(table.rows, _UNSAID, dtype=np.int8)
    verdicts, votes = evidence.verdicts, evidence.raters_with_excluded
    if verdicts is None or votes is None or "system_first" not in table:
        return said
    one = votes.take(votes.dimension == evidence.dimension_code(evidence.dimensions[0]))
    raters = tuple(label.removeprefix("rater ") for label in verdicts.source.labels)
    rater = _places(table["rater"], raters)
    pair = _places(joined(table["dialogue"], table["pair"], "/"), verdicts.pair.labels)
    shown_first = _places(table["system_first"], verdicts.systems)
    if not len(one):
        return said
    width = len(verdicts.pair.labels)
    keys = one.source.astype(np.int64) * width + one.pair
    order = np.argsort(keys, kind="stable")
    wanted = rater.astype(np.int64) * width + pair
    at = np.minimum(np.searchsorted(keys[order], wanted), len(one) - 1)
    match = order[at]
    known = (rater >= 0) & (pair >= 0) & (keys[match] == wanted)
    toward_a = -np.sign(one.value[match])
    is_a = (shown_first == one.a[match]) == first
    return np.where(known, np.where(is_a, toward_a, -toward_a), _UNSAID).astype(np.int8)


def _rows(evidence: Evidence, found: Guesses, split: bool) -> Iterator[tuple[Cell, ...]]:
    preferences = PREFERRED.items() if split else [(None, "all")]
    everybody = np.ones(len(found), dtype=bool)
    for who, among in ((KEPT, found.kept), ("all", everybody)):
        for name, dialogues in _slices(evidence, found).items():
            for won, title in preferences:
                part = found.take(among & dialogues & (everybody if won is None else found.won == won))
                if len(part):
                    for row in _kind_rows(part):
                        yield who, name, title, *row


def _slices(evidence: Evidence, found: Guesses) -> dict[str, Mask]:
    """For each slice which guesses belong to it; all of them to the first, of unrated dialogues too."""
    every = {EVERYTHING: np.ones(len(found), dtype=bool)}
    others = {
        name: (found.dialogue >= 0) & dialogues[found.dialogue]
        for name, dialogues in evidence.slices.items()
        if name != EVERYTHING and len(dialogues)
    }
    return every | others


def _kind_rows(part: Guesses) -> Iterator[tuple[Cell, ...]]:
    counts = part.counts
    for number, kind in enumerate(KINDS):
        of_kind = part.take(part.kind == number)
        weighted = bang(of_kind, weighted=True)
        yield _KINDS_READ[kind], *map(int, counts[number]), bang(of_kind), weighted, None
    yield _KINDS_READ[BOTH], *map(int, counts.sum(axis=0)), None, None, james(part)


def _by_system(evidence: Evidence, found: Guesses) -> Table:
    names = system_names(evidence.tables[TABLE])
    rows: list[tuple[Cell, ...]] = []
    for number, name in enumerate(names):
        part = found.take(found.kept & (found.system == number))
        if len(part):
            kind = KINDS[int(part.kind[0])]
            counts = part.counts.sum(axis=0)
            rows.append((name, _KINDS_READ[kind], *map(int, counts), bang(part), bang(part, weighted=True)))
    columns = (Column("system", "System"), Column("kind", "Replies"), *_COUNTS, *_INDICES[:2])
    return Table("blinding_by_system", "Guesses by system", columns, rows, _NOTE)


def _questions(evidence: Evidence) -> tuple[str, ...]:
    """How many answered in their own words what the study compares: counted only."""
    answers = evidence.tables.get("answers.csv")
    if answers is None:
        return ()
    asked = answers["use"].equals("blinding")
    said = asked & ~answers["value"].equals("") if "value" in answers else asked
    return (f"Answers to what the study compares, in raters' own words (answers.csv): {int(said.sum())}.",)


def _figure(rows: list[tuple[Cell, ...]]) -> Figure:
    drawn = Table(
        "blinding_drawn",
        "Bang's index",
        (_WHAT[3], _INDICES[0], Column("group", "By the rater's preference")),
        [(row[3], row[7], row[2]) for row in rows if isinstance(row[7], Estimate)],
    )
    return Figure(
        "blinding_figure",
        "Could raters tell who wrote the reply?",
        "forest",
        drawn,
        x_title="Bang's index: right less wrong guesses",
        reference=0.0,
    )


SECTIONS: Final[tuple[SectionOf, ...]] = (blinding,)
