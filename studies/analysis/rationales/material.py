"""Passages, codebook and codings as the sections read them: once, and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.rationales import passages
from studies.analysis.rationales.codebook import CODES, Codebook, codebooks_in
from studies.analysis.rationales.passages import PASSAGES, Passages, passages_in
from studies.analysis.reading import CannotRead, Coded, Codes, Mask, TextTable
from studies.analysis.verdicts import NOBODY

CODINGS: Final = "codings.csv"
HUMAN: Final = "human"
LLM: Final = "llm"
OK: Final = "ok"
DONE: Final = "done"
WITHHELD: Final = "withheld"
FAILED: Final = "failed"
#: What a coding came to, in the columns of the table of coders.
OUTCOMES: Final = (OK, "refused", "truncated", "unparseable", WITHHELD, "skipped")
_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "coder_kind": (HUMAN, LLM),
    "status": ("pending", "running", DONE, FAILED, ""),
    "outcome": (*OUTCOMES, ""),
}
_NEEDED: Final = {
    CODES: ("codebook_version", "codebook_sha256", "code", "kind"),
    PASSAGES: passages.NEEDED,
    CODINGS: (
        "passage", "coder", "coder_kind", "codebook_sha256", "replicate", "status", "outcome", "codes",
        "same_family", "for_trial",
    ),
}  # fmt: skip
TRIAL: Final = "coder that is for trying out only"
UNLISTED: Final = "passage that passages.csv does not list"
OLDER: Final = "other version of the codebook"
FAMILY: Final = "coder of the family that wrote the passage"
DROPPED: Final = "reason of an answer that the analysis leaves out"
REPEATED: Final = "reason of a rater's repeated answer"
AGAIN: Final = "coder's later coding of the same passage"


@dataclass(frozen=True, slots=True)
class Codings:
    """N codings that the results rest on. `passage` numbers passages, `marks` (N × K) are the codes given."""

    passage: Codes
    coder: Coded
    human: Mask
    marks: Mask


@dataclass(frozen=True, slots=True)
class Material:
    """`planned` is codings.csv whole, `at` the passage of each of its rows (−1: not listed), `left_out` why
    rows with codes are not among `codings`, in the order of asking, `used` which rows are. `book` is the
    version that counts.
    """

    book: Codebook
    versions: tuple[Codebook, ...]
    passages: Passages
    planned: TextTable
    at: Codes
    left_out: dict[str, Mask]
    used: Mask
    codings: Codings


def material(evidence: Evidence) -> Material | str:
    """What was coded, or the sentence why there is nothing. Raises CannotRead."""
    return evidence.once("coded passages", _material)


def _material(evidence: Evidence) -> Material | str:
    for name, columns in _NEEDED.items():
        if name not in evidence.tables:
            return f"No reasons or replies are coded: there is no {name}."
        table = evidence.tables[name]
        missing = [column for column in columns if column not in table]
        if missing:
            return f"No reasons or replies are coded: {name} has no column {', '.join(missing)}."
        if not table.rows:
            return f"No reasons or replies are coded: {name} has no rows."
    books = codebooks_in(evidence.tables[CODES])
    found = passages_in(evidence, evidence.tables[PASSAGES])
    planned = evidence.tables[CODINGS]
    _refuse_unknown(planned)
    at = _listed(planned["passage"], found.key)
    book = _newest(books, planned, at)
    left_out = dict(_left_out(planned, at, found, book))
    used = is_coded(planned) & ~np.logical_or.reduce(list(left_out.values()))
    codings = _codings(planned, used, at, book)
    _refuse_dimensions(planned, used, codings, found, book)
    return Material(book, books, found, planned, at, left_out, used, codings)


def came_to(planned: TextTable, outcome: str) -> Mask:
    """Which codings came to that outcome: it counts where they are done, and withheld ones always."""
    done = planned["status"].equals(DONE) | planned["status"].equals("")
    return planned["outcome"].equals(outcome) & (done | (outcome == WITHHELD))


def is_coded(planned: TextTable) -> Mask:
    return came_to(planned, OK)


def _refuse_unknown(planned: TextTable) -> None:
    for column, words in _KNOWN.items():
        for label in set(planned[column].labels) - set(words):
            row = int(np.flatnonzero(planned[column].equals(label))[0]) + 1
            *some, last = (word or "empty" for word in words)
            raise CannotRead(
                f"{CODINGS}, row {row}: {column} is {label!r}; it must be {', '.join(some)} or {last}"
            )


def _refuse_dimensions(
    planned: TextTable, used: Mask, codings: Codings, found: Passages, book: Codebook
) -> None:
    wrong = found.reply[codings.passage] & codings.marks[:, book.dimensions].any(axis=1)
    if wrong.any():
        row = int(np.flatnonzero(used)[np.flatnonzero(wrong)[0]])
        given = planned["codes"].labels[planned["codes"].codes[row]]
        raise CannotRead(
            f"{CODINGS}, row {row + 1}: {given!r} on a reply; replies are coded with strategies only"
        )


def _listed(named: Coded, key: Coded) -> Codes:
    """The number of the passage that each row names; −1 where none is listed."""
    row = {label: int(at) for label, at in zip(key.texts(), range(len(key)), strict=True)}
    return np.array([row.get(label, NOBODY) for label in named.labels], dtype=np.int32)[named.codes]


def _newest(books: tuple[Codebook, ...], planned: TextTable, at: Codes) -> Codebook:
    """The newest version that anybody has coded by; without any the newest that there is."""
    done = is_coded(planned) & ~planned.flags("for_trial") & (at >= 0)
    used = set(planned["codebook_sha256"].take(done).texts())
    return next((book for book in reversed(books) if book.sha256 in used), books[-1])


def _left_out(planned: TextTable, at: Codes, found: Passages, book: Codebook) -> Iterator[tuple[str, Mask]]:
    """Rows with codes by why they are left out: each once, by the first reason that holds."""
    left = is_coded(planned)
    listed = at >= 0
    reasons = {
        TRIAL: planned.flags("for_trial"),
        UNLISTED: ~listed,
        OLDER: ~planned["codebook_sha256"].equals(book.sha256),
        FAMILY: planned.flags("same_family"),
        DROPPED: listed & found.dropped[at],
        REPEATED: listed & found.repeated[at],
    }
    for why, holds in reasons.items():
        yield why, left & holds
        left = left & ~holds
    yield AGAIN, left & _later(planned, at, left)


def _later(planned: TextTable, at: Codes, rows: Mask) -> Mask:
    """Which of these rows are a coder's second coding of a passage or later. Raises CannotRead where two
    have the same number.
    """
    chosen = np.flatnonzero(rows)
    replicate = planned.integers("replicate", empty=1)[chosen]
    coder = planned["coder"].codes.astype(np.int64) * 2 + planned["coder_kind"].equals(HUMAN)
    key = at[chosen].astype(np.int64) * max(2 * len(planned["coder"].labels), 1) + coder[chosen]
    order = np.lexsort((replicate, key))
    same = np.zeros(len(chosen), dtype=bool)
    same[1:] = key[order][1:] == key[order][:-1]
    twice = same.copy()
    twice[1:] &= replicate[order][1:] == replicate[order][:-1]
    if twice.any():
        row = int(chosen[order[np.flatnonzero(twice)[0]]]) + 1
        raise CannotRead(f"{CODINGS}, row {row}: this coder has coded the passage already; number replicates")
    later = np.zeros(planned.rows, dtype=bool)
    later[chosen[order[same]]] = True
    return later


def _codings(planned: TextTable, used: Mask, at: Codes, book: Codebook) -> Codings:
    rows = np.flatnonzero(used)
    given = planned["codes"].take(rows)
    place = {code: number for number, code in enumerate(book.codes)}
    marks = np.zeros((len(given.labels), len(book.codes)), dtype=bool)
    for number in np.unique(given.codes).tolist():
        for code in filter(None, given.labels[number].split("|")):
            if code not in place:
                row = int(rows[np.flatnonzero(given.codes == number)[0]]) + 1
                raise CannotRead(f"{CODINGS}, row {row}: {code!r} is no code of the codebook {book.version}")
            marks[number, place[code]] = True
    return Codings(at[rows], planned["coder"].take(rows), planned["coder_kind"].take(rows).equals(HUMAN),
                   marks[given.codes])  # fmt: skip
