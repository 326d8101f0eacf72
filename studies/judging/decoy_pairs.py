"""Decoy pairs as rows: a dialogue's genuine reply beside one that must lose. For judges; raters meet none."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from studies import pairing
from studies.judging import decoys
from studies.judging.decoys import Decoy, DecoyKind
from studies.models import Pair, Response, Study, System
from studies.pairing import Reply
from studies.selectors import shown_turns

#: The system that the broken replies of a kind belong to.
SYSTEM_NAMES: Final = {kind: f"decoy: {kind.replace('_', ' ')}" for kind in DecoyKind}
#: Replies to other dialogues from which off-topic ones are taken.
POOL: Final = 400


class CannotMakeDecoys(Exception):
    """The decoys asked for cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Decoys:
    """`new` decoy pairs were made, `known` stood there already."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dialogue's genuine reply, and whether it takes part in a main pair."""

    reply: Reply
    is_paired: bool


@transaction.atomic
def make_decoys(*, study: Study, count: int, rng: random.Random) -> Decoys:
    """Decoy pairs until the study has `count`, as many of each kind; asking for fewer takes none away.

    A dialogue gets one of each kind at most. Its genuine reply is one of a main pair and a person's, where
    there is one, and is stored first. Raises CannotMakeDecoys, also for a frozen study.
    """
    _lock(study)
    if count < 1:
        raise CannotMakeDecoys("ask for at least one decoy pair")
    taken = _kinds_by_dialogue(study)
    known = sum(map(len, taken.values()))
    candidates = _candidates(study)
    kinds = itertools.islice(itertools.cycle(DecoyKind), known, max(count, known))
    drawn = list(_drawn(candidates, taken, kinds, rng))
    _store(study, list(_broken(drawn, candidates, rng)))
    return Decoys(new=len(drawn), known=known)


def _lock(study: Study) -> None:
    try:
        pairing.lock_unfrozen(study)
    except pairing.PairingError as error:
        raise CannotMakeDecoys(str(error)) from error


def _kinds_by_dialogue(study: Study) -> dict[int, set[str]]:
    """The names of the decoy systems that each dialogue has a pair with, by its key."""
    taken: dict[int, set[str]] = defaultdict(set)
    rows = Pair.objects.of(study).decoys().values_list("dialogue_id", "second__system__name")
    for dialogue, system in rows:
        taken[dialogue].add(system)
    return taken


def _candidates(study: Study) -> list[Candidate]:
    """One a dialogue, sorted here and not by the database: draws follow this order."""
    paired = set(itertools.chain(*Pair.objects.of(study).main().values_list("first_id", "second_id")))
    rows = Response.objects.of(study).genuine()
    best: dict[str, tuple[tuple[bool, bool, str, int], Candidate]] = {}
    for pk, dialogue_pk, dialogue, system, replicate, kind in rows.values_list(
        "pk", "dialogue_id", "dialogue__external_id", "system__name", "replicate", "system__kind"
    ).iterator(chunk_size=5000):
        rank = (pk not in paired, kind != System.Kind.HUMAN, system, replicate)
        if dialogue not in best or rank < best[dialogue][0]:
            reply = Reply(pk, dialogue_pk, dialogue, system, replicate)
            best[dialogue] = (rank, Candidate(reply, pk in paired))
    return [best[dialogue][1] for dialogue in sorted(best)]


def _drawn(
    candidates: list[Candidate], taken: dict[int, set[str]], kinds: Iterable[DecoyKind], rng: random.Random
) -> Iterator[tuple[DecoyKind, Reply]]:
    """For each kind a reply: of a main pair first, then of the dialogue that has fewest decoys."""
    order = rng.sample(candidates, len(candidates))
    for kind in kinds:
        name = SYSTEM_NAMES[kind]
        free = [one for one in order if name not in taken[one.reply.dialogue_pk]]
        if not free:
            raise CannotMakeDecoys(
                f"{len(order)} dialogues have a genuine reply, and each takes one decoy of a kind: "
                f"ask for {len(order) * len(DecoyKind)} at most, or import replies first"
            )
        chosen = min(free, key=lambda one: (not one.is_paired, len(taken[one.reply.dialogue_pk])))
        taken[chosen.reply.dialogue_pk].add(name)
        yield kind, chosen.reply


def _broken(
    drawn: list[tuple[DecoyKind, Reply]], candidates: list[Candidate], rng: random.Random
) -> Iterator[tuple[Reply, Decoy]]:
    pool = [one.reply.pk for one in rng.sample(candidates, min(POOL, len(candidates)))]
    rows = Response.objects.in_bulk(pool)
    elsewhere = [rows[pk] for pk in pool]
    genuine = Response.objects.select_related("dialogue").in_bulk([reply.pk for _, reply in drawn])
    for kind, reply in drawn:
        yield reply, _decoy(kind, genuine[reply.pk], elsewhere, rng)


def _decoy(kind: DecoyKind, genuine: Response, pool: list[Response], rng: random.Random) -> Decoy:
    if kind is DecoyKind.INJECTED:
        return decoys.injected(genuine.text, rng=rng)
    if kind is DecoyKind.ROLE_SWAPPED:
        return decoys.role_swapped(rng=rng)
    elsewhere = [
        row.text for row in pool if row.dialogue_id != genuine.dialogue_id and row.text != genuine.text
    ]
    try:
        return decoys.off_topic(shown_turns(genuine.dialogue), elsewhere, rng=rng)
    except decoys.NoDecoy as error:
        raise CannotMakeDecoys(str(error)) from error


def _store(study: Study, broken: list[tuple[Reply, Decoy]]) -> None:
    systems = {kind: _system(study, kind) for kind in dict.fromkeys(decoy.kind for _, decoy in broken)}
    replies = Response.objects.bulk_create(
        (
            Response(dialogue_id=reply.dialogue_pk, system=systems[decoy.kind], text=decoy.text)
            for reply, decoy in broken
        ),
        batch_size=1000,
    )
    Pair.objects.bulk_create(
        (_pair(reply, response, decoy) for (reply, decoy), response in zip(broken, replies, strict=True)),
        batch_size=1000,
    )


def _pair(genuine: Reply, broken: Response, decoy: Decoy) -> Pair:
    second = Reply(broken.pk, genuine.dialogue_pk, genuine.dialogue, broken.system.name, broken.replicate)
    return Pair(
        dialogue_id=genuine.dialogue_pk,
        first_id=genuine.pk,
        second=broken,
        key=pairing.pair_key(genuine.dialogue, genuine, second),
        kind=Pair.Kind.DECOY,
        expected=decoy.expected,
    )


def _system(study: Study, kind: DecoyKind) -> System:
    system, _ = System.objects.get_or_create(
        study=study, name=SYSTEM_NAMES[kind], defaults={"kind": System.Kind.DECOY}
    )
    if system.kind != System.Kind.DECOY:
        raise CannotMakeDecoys(f"the name {system.name!r} is taken by a system that was imported: rename it")
    return system
