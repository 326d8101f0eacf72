"""The section on what was coded, by whom, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import Evidence
from studies.analysis.rationales.material import (
    FAILED,
    HUMAN,
    OUTCOMES,
    WITHHELD,
    Material,
    came_to,
    is_coded,
    material,
)
from studies.analysis.rationales.passages import REASON, REPLY
from studies.analysis.reading import Coded, Mask, TextTable
from studies.analysis.results import Cell, Column, Section, Table

KEY: Final = "coding"
TITLE: Final = "What was coded"
_PASSAGES: Final = (
    Column("kind", "Kind"),
    Column("source_kind", "From"),
    Column("variant", "Variant"),
    Column("passages", "Passages", "count"),
    Column("dialogues", "Dialogues", "count"),
    Column("erased", "Text erased", "count"),
    Column("coders_median", "Coders a passage, median", "number"),
    Column("human_none", "No human coder", "count"),
    Column("human_one", "One", "count"),
    Column("human_more", "Two or more", "count"),
    Column("llm_any", "Any language model", "count"),
)
_PASSAGES_NOTE: Final = (
    "From “Coders a passage” on, codings that the results rest on are counted. A passage whose text was "
    "erased later keeps its codes. Variant: the raters' pass, or whether a judge was asked with the rubric."
)
_CODERS: Final = (
    Column("coder", "Coder"),
    Column("coder_kind", "Kind"),
    Column("family", "Family"),
    Column("model_id", "Model"),
    Column("for_trial", "For trying out only"),
    Column("planned", "Planned", "count"),
    *(Column(outcome, outcome.capitalize(), "count") for outcome in OUTCOMES),
    Column("failed", "Failed otherwise", "count"),
    Column("open", "Not done", "count"),
    Column("used", "Codings in the results", "count"),
)
_CODERS_NOTE: Final = (
    "Withheld: not sent to an outside provider, because the rater's consent does not allow it. What was "
    "refused, cut off, unreadable, withheld, skipped or failed is missing, and never a coding without codes. "
    "An outcome counts where the coding is done. The columns from “Ok” to “Not done” add up to “Planned”."
)
_LEFT_OUT: Final = (
    Column("reason", "Reason"),
    Column("codings", "Codings", "count"),
    Column("coders", "Coders", "count"),
)
_CODES: Final = (
    Column("name", "Code"),
    Column("key", "Key in the files"),
    Column("kind", "Kind"),
    Column("definition", "Definition"),
    Column("given", "Times given", "count"),
    Column("of", "Of codings", "count"),
)


def coding(evidence: Evidence) -> Section:
    """Never estimates anything: it counts."""
    found = material(evidence)
    if isinstance(found, str):
        return Section(KEY, TITLE, absent=found)
    parts = (
        Table(
            "coding_passages",
            "Passages set out to be coded, and how many coders each has",
            _PASSAGES,
            list(_passages(found)),
            _PASSAGES_NOTE,
        ),
        Table(
            "coding_coders",
            "What became of each coder's codings",
            _CODERS,
            list(_coders(found)),
            _CODERS_NOTE,
        ),
        Table("coding_left_out", "Codings that are left out, and why", _LEFT_OUT, list(_left_out(found))),
        Table("coding_codes_full", "The codebook", _CODES, list(_codes(found))),
    )
    return Section(KEY, TITLE, tuple(_lead(found)), tuple(part for part in parts if part.rows))


def _lead(found: Material) -> Iterator[str]:
    book = found.book
    yield (
        f"Codes are those of version {book.version} of the codebook: {int(book.dimensions.sum())} "
        f"dimensions, {int(book.strategies.sum())} strategies. Reasons are coded with all of "
        "them, replies with the strategies."
    )
    used = set(found.planned["codebook_sha256"].take(is_coded(found.planned)).texts())
    known = {one.sha256: str(one.version) for one in found.versions}
    others = sorted(known.get(sha256, "one that codes.csv lacks") for sha256 in used - {book.sha256})
    if others:
        yield f"Coded under other versions too, which are left out: {', '.join(others)}."
    trial = sorted(set(found.planned["coder"].take(found.planned.flags("for_trial")).texts()))
    if trial:
        yield f"For trying out only, and never among the results: {', '.join(trial)}."
    if not len(found.codings.passage):
        yield "There are no codings yet that results could rest on."


def _passages(found: Material) -> Iterator[tuple[Cell, ...]]:
    passages, codings = found.passages, found.codings
    human = np.bincount(codings.passage[codings.human], minlength=len(passages))
    llm = np.bincount(codings.passage[~codings.human], minlength=len(passages))
    for reply in (False, True):
        here = passages.reply == reply
        for kind, variant in _couples(passages.source_kind.take(here), passages.variant.take(here)):
            rows = here & passages.source_kind.equals(kind) & passages.variant.equals(variant)
            by_humans = human[rows]
            yield (
                REPLY if reply else REASON, kind, variant, int(rows.sum()),
                len(np.unique(passages.dialogue.codes[rows])), int(passages.erased[rows].sum()),
                float(np.median((human + llm)[rows])), int((by_humans == 0).sum()),
                int((by_humans == 1).sum()), int((by_humans > 1).sum()), int((llm[rows] > 0).sum()),
            )  # fmt: skip


def _couples(left: Coded, right: Coded) -> list[tuple[str, str]]:
    """What stands side by side in two columns, sorted."""
    both = left.codes.astype(np.int64) * max(len(right.labels), 1) + right.codes
    return sorted(
        (left.labels[one // len(right.labels)], right.labels[one % len(right.labels)])
        for one in np.unique(both).tolist()
    )


def _coders(found: Material) -> Iterator[tuple[Cell, ...]]:
    """People first, then language models, by name."""
    planned = found.planned
    human = planned["coder_kind"].equals(HUMAN)
    for by_human in (True, False):
        for number in np.unique(planned["coder"].codes[human == by_human]).tolist():
            rows = (human == by_human) & (planned["coder"].codes == number)
            counts = [int((rows & came_to(planned, outcome)).sum()) for outcome in OUTCOMES]
            failed = int((rows & planned["status"].equals(FAILED) & ~came_to(planned, WITHHELD)).sum())
            yield (
                planned["coder"].labels[number], "person" if by_human else "language model",
                _said(planned, "family", rows), _said(planned, "model_id", rows),
                "yes" if planned.flags("for_trial")[rows].any() else "no", int(rows.sum()), *counts,
                failed, int(rows.sum()) - sum(counts) - failed, int((rows & found.used).sum()),
            )  # fmt: skip


def _said(planned: TextTable, column: str, rows: Mask) -> str:
    """What these rows say, each once."""
    return ", ".join(sorted(set(planned[column].take(rows).texts()) - {""})) if column in planned else ""


def _left_out(found: Material) -> Iterator[tuple[Cell, ...]]:
    for why, rows in found.left_out.items():
        if rows.any():
            yield why, int(rows.sum()), len(np.unique(found.planned["coder"].codes[rows]))


def _codes(found: Material) -> Iterator[tuple[Cell, ...]]:
    book, codings = found.book, found.codings
    given: NDArray[np.int64] = codings.marks.sum(axis=0)
    of_replies = int(found.passages.reply[codings.passage].sum())
    asked = len(codings.passage) - np.where(book.dimensions, of_replies, 0)
    for place, code in enumerate(book.codes):
        yield (
            book.names[place], code, book.kinds[place], book.definitions[place], int(given[place]),
            int(asked[place]),
        )  # fmt: skip


SECTIONS: Final = (coding,)
