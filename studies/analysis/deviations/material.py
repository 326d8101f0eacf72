"""Whether the exported material is the one that was frozen: its counts and its SHA-256 are made again.

The definition is that of `studies.selectors.material_of`: the SHA-256 of the sorted digests of every pair, as
it is shown, and of every dialogue. The export sorts a dialogue's tags; where several stand in another order
in the study, its digest cannot be made again from the export.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from studies import normalising
from studies.analysis.deviations.check import NOT_CHECKABLE, Check, without
from studies.analysis.evidence import Evidence
from studies.analysis.reading import TextTable
from studies.protocol import ProtocolDocument

_WHAT: Final = "Material (SHA-256)"
_PAIRS: Final = ("pair", "dialogue", "kind", "expected", "feedback", "response_a", "response_b")


def material(evidence: Evidence, protocol: ProtocolDocument) -> Iterator[Check]:
    """Dialogues, replies and pairs by count, then every shown text."""
    frozen = protocol.material
    counts = (
        ("Dialogues", "dialogues.csv", frozen.dialogues),
        ("Replies", "responses.csv", frozen.responses),
        ("Pairs of every kind", "pairs.csv", frozen.pairs),
    )
    for what, name, planned in counts:
        table = evidence.tables.get(name)
        if table is None:
            yield without(what, str(planned), name)
        else:
            yield Check(what, str(planned), str(table.rows), table.rows != planned)
    yield _texts(evidence, protocol)


def _texts(evidence: Evidence, protocol: ProtocolDocument) -> Check:
    frozen = f"{protocol.material.sha256[:12]}…, replies shown as {protocol.design.shown_profile}"
    tables = [evidence.tables.get(name) for name in ("dialogues.csv", "pairs.csv", "responses.csv")]
    dialogues, pairs, responses = tables
    if dialogues is None or pairs is None or responses is None:
        return without(_WHAT, frozen, "dialogues.csv, pairs.csv or responses.csv")
    if (
        not _whole(dialogues, ("turns", "tags"))
        or not _whole(pairs, _PAIRS)
        or not _whole(responses, ("text",))
    ):
        return Check(_WHAT, frozen, "not told: the tables lack columns of the material", NOT_CHECKABLE)
    found = {
        profile: sha256_of_material(dialogues, pairs, responses, profile)
        for profile in (protocol.design.shown_profile, *normalising.PROFILES)
        if profile in normalising.PROFILES
    }
    return _compared(protocol, frozen, found, _several_tags(dialogues))


def _compared(protocol: ProtocolDocument, frozen: str, found: dict[str, str | None], several: int) -> Check:
    ours = protocol.design.shown_profile
    same = [profile for profile, sha256 in found.items() if sha256 == protocol.material.sha256]
    if ours in same:
        return Check(_WHAT, frozen, "made again from the exported texts: the same", False)
    if same:
        return Check(_WHAT, frozen, f"the frozen SHA-256 is that of texts shown as {same[0]}", True)
    if not any(found.values()):
        return Check(_WHAT, frozen, "not told: a pair names a reply that is not there", NOT_CHECKABLE)
    if several:
        reason = f"{several} dialogues have several tags, whose order the export does not keep"
        return Check(_WHAT, frozen, f"another one; {reason}", NOT_CHECKABLE)
    return Check(_WHAT, frozen, f"{(found.get(ours) or '')[:12]}…: other texts than those frozen", True)


def sha256_of_material(
    dialogues: TextTable, pairs: TextTable, responses: TextTable, profile: str
) -> str | None:
    """The material's SHA-256 as the profile shows it; None where a pair's reply or a cell cannot be read."""
    texts = dict(zip(responses["response"].texts(), responses["text"].texts(), strict=True))
    try:
        return _sha256([*_pair_rows(pairs, texts, profile), *_dialogue_rows(dialogues)])
    except (KeyError, ValueError):
        return None


def _pair_rows(pairs: TextTable, texts: dict[str, str], profile: str) -> Iterator[tuple[object, ...]]:
    @lru_cache(maxsize=10_000)
    def shown(name: str) -> str:
        return normalising.shown(texts[name], profile)

    for pair, dialogue, kind, expected, feedback, first, second in zip(
        *(pairs[name].texts() for name in _PAIRS), strict=True
    ):
        sign = int(expected) if expected else None
        yield dialogue, pair, kind, sign, feedback, shown(first), shown(second)


def _dialogue_rows(dialogues: TextTable) -> Iterator[tuple[object, ...]]:
    cells = (dialogues[name].texts() for name in ("dialogue", "turns", "tags"))
    for dialogue, turns, tags in zip(*cells, strict=True):
        yield dialogue, json.loads(turns), tags.split("|") if tags else []


def _sha256(rows: Iterable[tuple[object, ...]]) -> str:
    digests = sorted(hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest() for row in rows)
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _several_tags(dialogues: TextTable) -> int:
    return sum("|" in tags for tags in dialogues["tags"].texts())


def _whole(table: TextTable, columns: tuple[str, ...]) -> bool:
    return all(column in table for column in columns)
