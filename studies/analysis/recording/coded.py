"""Sentences about how reasons and replies were coded: by which codebook, by whom, and what of it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.rationales.material import Material, is_coded, material
from studies.analysis.reading import Mask
from studies.analysis.recording.designed import counted, listed
from studies.analysis.recording.machines_flow import stands
from studies.analysis.recording.members import column


def coded(evidence: Evidence) -> Iterator[str]:
    """Nothing of a study without codings."""
    found = material(evidence)
    if isinstance(found, str):
        return
    yield from _set_out(found)
    yield from _coders(found)
    yield from _made(found)


def _set_out(found: Material) -> Iterator[str]:
    book, replies = found.book, int(found.passages.reply.sum())
    kinds = [counted(len(found.passages) - replies, "reason"), counted(replies, "reply", "replies")]
    yield (
        f"{listed(kinds)} were set out to be coded by version {book.version} of the codebook (SHA-256 "
        f"{book.sha256}): {counted(int(book.dimensions.sum()), 'dimension')}, for reasons only, and "
        f"{counted(int(book.strategies.sum()), 'strategy', 'strategies')}."
    )


def _coders(found: Material) -> Iterator[str]:
    """People by their number, models by name: those whose codings are analysed."""
    if not found.used.any():
        yield "No coding is analysed."
        return
    people, models = found.used & ~_by_llm(found), found.used & _by_llm(found)
    told = []
    if people.any():
        told.append(counted(len(set(found.planned["coder"].take(people).texts())), "person", "people"))
    if models.any():
        names = sorted(_models(found, models))
        told.append(f"{counted(len(names), 'language model')}: {listed(names)}")
    yield f"They were coded by {listed(told)}."


def _by_llm(found: Material) -> Mask:
    return found.planned["coder_kind"].equals("llm")


def _models(found: Material, rows: Mask) -> set[str]:
    names = found.planned["coder"].texts()
    asked = column(found.planned, "model_id")
    return {
        f"{names[row]} ({asked[row]})" if asked[row] else names[row] for row in np.flatnonzero(rows).tolist()
    }


def _made(found: Material) -> Iterator[str]:
    made = is_coded(found.planned)
    yield (
        f"{counted(found.planned.rows, 'coding was', 'codings were')} planned, {int(made.sum()):,} were "
        f"made, and {int(found.used.sum()):,} are analysed."
    )
    missing = Counter(where for where, there in zip(stands(found.planned), made, strict=True) if not there)
    if missing:
        told = [f"{count:,} {where}" for where, count in missing.most_common()]
        yield f"The others ({listed(told)}) are missing, and never a coding without codes."
    left = {why: int(rows.sum()) for why, rows in found.left_out.items() if rows.any()}
    if left:
        yield f"Codings left out: {listed([f'{count:,} ({why})' for why, count in left.items()])}."
