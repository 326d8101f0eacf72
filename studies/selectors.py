"""Answers for pages, prompts and freezing, read from the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.db.models import Count

from studies import protocol
from studies.comparison import Comparison, Order, ShownTurn
from studies.models import Dialogue, Pair, Protocol, Response, Study, System


def comparison_for(pair: Pair, order: Order) -> Comparison:
    """What is shown of a pair in an order. The only bridge from stored material to a page or a prompt."""
    first, second = pair.first.text, pair.second.text
    if order is Order.BA:
        first, second = second, first
    return Comparison(turns=shown_turns(pair.dialogue), first=first, second=second)


def shown_turns(dialogue: Dialogue) -> tuple[ShownTurn, ...]:
    return tuple(
        ShownTurn(speaker="seeker" if turn["speaker"] == "seeker" else "supporter", text=turn["text"])
        for turn in dialogue.turns
    )


def current_protocol(study: Study) -> Protocol | None:
    """The newest frozen protocol, or None while the study is being written."""
    return study.protocols.order_by("-version").first()


def material_of(study: Study) -> protocol.Material:
    """Counts, and one SHA-256 over every pair and dialogue, whatever order the database returns them in."""
    pairs = Pair.objects.of(study).values_list(
        "dialogue__external_id", "key", "kind", "expected", "first__text", "second__text"
    )
    dialogues = Dialogue.objects.filter(study=study).values_list("external_id", "turns", "tags")
    return protocol.Material(
        dialogues=dialogues.count(),
        responses=Response.objects.filter(dialogue__study=study).count(),
        pairs=pairs.count(),
        sha256=_sha256_of_rows(chain(pairs.iterator(chunk_size=2000), dialogues.iterator(chunk_size=2000))),
    )


def _sha256_of_rows(rows: Iterable[tuple[object, ...]]) -> str:
    digests = sorted(hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest() for row in rows)
    return hashlib.sha256(b"".join(digests)).hexdigest()


@dataclass(frozen=True, slots=True)
class SystemCount:
    """One system and how much it brought."""

    name: str
    kind: str
    responses: int
    dialogues: int


def systems_of(study: Study) -> list[SystemCount]:
    """The study's systems by name, with their replies and the dialogues these cover."""
    rows = (
        System.objects.filter(study=study)
        .order_by("name")
        .annotate(replies=Count("responses"), covered=Count("responses__dialogue", distinct=True))
    )
    return [SystemCount(row.name, row.kind, row.replies, row.covered) for row in rows]


def response_key(dialogue: str, system: str, replicate: int) -> str:
    """The reply's name in every export: dialogue/system/replicate, the same on every database.

    A slash in the dialogue's id is written %2F (and % as %25), so that the first and the last slash part it.
    """
    return f"{dialogue.replace('%', '%25').replace('/', '%2F')}/{system}/{replicate}"
