"""Answers for pages, prompts and freezing, read from the database."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from typing import Any, Final

from django.db.models import Count

from studies import normalising, protocol
from studies.comparison import Comparison, Order, ShownTurn
from studies.models import Dialogue, Pair, Protocol, Response, Study, System
from studies.normalising import Piece


def comparison_for(pair: Pair, order: Order, profile: str) -> Comparison:
    """What is shown of a pair in an order, replies as the protocol's `shown_profile` shows them.

    The only bridge from stored material to a page or a prompt. The turns are shown as they were imported.
    """
    first, second = (normalising.shown(reply.text, profile) for reply in (pair.first, pair.second))
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
    """Counts, and one SHA-256 over every pair, as it is shown, and every dialogue, in any order."""
    pairs = Pair.objects.of(study).values_list(
        "dialogue__external_id", "key", "kind", "expected", "feedback", "first__text", "second__text"
    )
    dialogues = Dialogue.objects.filter(study=study).values_list("external_id", "turns", "tags")
    return protocol.Material(
        dialogues=dialogues.count(),
        responses=Response.objects.of(study).count(),
        pairs=pairs.count(),
        sha256=_sha256_of_rows(
            chain(
                _as_shown(pairs.iterator(chunk_size=2000), study.shown_profile),
                dialogues.iterator(chunk_size=2000),
            )
        ),
    )


def _as_shown(pairs: Iterable[tuple[Any, ...]], profile: str) -> Iterator[tuple[object, ...]]:
    """The rows, their last two cells as the profile shows them; a reply in many pairs costs once."""
    shown = lru_cache(maxsize=10_000)(partial(normalising.shown, profile=profile))
    for *facts, first, second in pairs:
        yield *facts, shown(first), shown(second)


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
    """The study's systems by name, decoys last, with their replies and the dialogues these cover."""
    rows = (
        System.objects.filter(study=study)
        .order_by("name")
        .annotate(replies=Count("responses"), covered=Count("responses__dialogue", distinct=True))
    )
    counts = [SystemCount(row.name, row.kind, row.replies, row.covered) for row in rows]
    return sorted(counts, key=lambda row: row.kind == System.Kind.DECOY)


@dataclass(frozen=True, slots=True)
class ShownCount:
    """One system's replies: how many a profile changes, and how many of these in each way, as in KINDS."""

    name: str
    kind: str
    replies: int
    changed: int
    by_kind: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShownChanges:
    """What a profile does to a study's replies: counts by system, and the keys of the changed ones."""

    systems: list[ShownCount]
    replies: list[int]


@dataclass(frozen=True, slots=True)
class ChangedReply:
    """One reply with the places where the shown text differs."""

    dialogue: str
    system: str
    replicate: int
    pieces: list[Piece]


#: In the order in which they are told.
KINDS: Final = tuple(normalising.Kind)


def profile_of(study: Study) -> str:
    """How the study shows its replies: as frozen, else as the draft says."""
    frozen = current_protocol(study)
    return frozen.document().design.shown_profile if frozen else study.shown_profile


def changes_of(study: Study, profile: str) -> ShownChanges:
    """Looks through all replies of the study, in two queries; no dialogue is loaded."""
    replies: Counter[int] = Counter()
    changed: list[int] = []
    kinds: dict[int, list[normalising.Kind]] = defaultdict(list)
    touched: Counter[int] = Counter()
    rows = Response.objects.of(study).order_by("pk")
    for pk, system, text in rows.values_list("pk", "system_id", "text").iterator(chunk_size=2000):
        replies[system] += 1
        if found := normalising.kinds_of(text, profile):
            changed.append(pk)
            touched[system] += 1
            kinds[system].extend(found)
    systems = [
        ShownCount(
            name=row.name,
            kind=row.kind,
            replies=replies[row.pk],
            changed=touched[row.pk],
            by_kind=tuple(kinds[row.pk].count(kind) for kind in KINDS),
        )
        for row in System.objects.filter(study=study).order_by("name")
    ]
    return ShownChanges(systems, changed)


def changed_replies(keys: Sequence[int], profile: str) -> list[ChangedReply]:
    """Replies by their keys, in the order of import."""
    rows = Response.objects.filter(pk__in=keys).order_by("pk")
    facts = rows.values_list("dialogue__external_id", "system__name", "replicate", "text")
    return [
        ChangedReply(dialogue, system, replicate, normalising.pieces(text, profile))
        for dialogue, system, replicate, text in facts
    ]


def response_key(dialogue: str, system: str, replicate: int) -> str:
    """The reply's name in every export: dialogue/system/replicate, the same on every database.

    A slash in the dialogue's id is written %2F (and % as %25), so that the first and the last slash part it.
    """
    return f"{dialogue.replace('%', '%25').replace('/', '%2F')}/{system}/{replicate}"
