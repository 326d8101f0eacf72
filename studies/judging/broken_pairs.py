"""Pairs of a genuine reply with a broken one that must lose, as rows: decoys, and pairs to practise on."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from studies import pairing
from studies.judging import decoys
from studies.judging.decoys import Decoy, DecoyKind
from studies.models import Pair, Response, Study, System
from studies.pairing import Reply
from studies.selectors import shown_turns

#: Replies to other dialogues from which off-topic ones are taken.
POOL: Final = 400


class CannotBreak(Exception):
    """The pairs asked for cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What broken replies are made for.

    `kinds` come in turn. `named`: the pairs in messages; systems are `prefix`: kind. `of_main_dialogues`:
    whether dialogues with main pairs come first, or last. `feedback`: what a rater reads after answering.
    """

    pair_kind: Pair.Kind
    kinds: tuple[DecoyKind, ...]
    prefix: str
    named: str
    of_main_dialogues: bool
    refusal: type[CannotBreak]
    feedback: Callable[[DecoyKind], str] = lambda kind: ""

    def system_of(self, kind: DecoyKind) -> str:
        """The name of the system that the broken replies of a kind belong to."""
        return f"{self.prefix}: {kind.replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class Made:
    """`new` pairs were made, `known` stood there already."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dialogue's genuine reply, and whether it takes part in a main pair."""

    reply: Reply
    is_paired: bool


@transaction.atomic
def make_broken(*, study: Study, purpose: Purpose, count: int, rng: random.Random) -> Made:
    """Pairs until the study has `count` for the purpose, as many of each kind; fewer takes none away.

    A dialogue gets one of each kind at most. Its genuine reply is one of a main pair and a person's, where
    there is one, and is stored first. Raises the purpose's refusal, also for a frozen study.
    """
    _lock(study, purpose)
    if count < 1:
        raise purpose.refusal(f"ask for at least one {purpose.named}")
    taken = _systems_by_dialogue(study, purpose)
    known = sum(map(len, taken.values()))
    candidates = _candidates(study)
    kinds = itertools.islice(itertools.cycle(purpose.kinds), known, max(count, known))
    drawn = list(_drawn(candidates, taken, kinds, purpose, rng))
    try:
        broken = list(_broken(drawn, candidates, rng))
    except decoys.NoDecoy as error:
        raise purpose.refusal(str(error)) from error
    _store(study, broken, purpose)
    return Made(new=len(drawn), known=known)


def _lock(study: Study, purpose: Purpose) -> None:
    try:
        pairing.lock_unfrozen(study)
    except pairing.PairingError as error:
        raise purpose.refusal(str(error)) from error


def _systems_by_dialogue(study: Study, purpose: Purpose) -> dict[int, set[str]]:
    """The names of the broken replies' systems that each dialogue has a pair with, by its key."""
    taken: dict[int, set[str]] = defaultdict(set)
    rows = Pair.objects.of(study).filter(kind=purpose.pair_kind)
    for dialogue, system in rows.values_list("dialogue_id", "second__system__name"):
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
    candidates: list[Candidate],
    taken: dict[int, set[str]],
    kinds: Iterable[DecoyKind],
    purpose: Purpose,
    rng: random.Random,
) -> Iterator[tuple[DecoyKind, Reply]]:
    """For each kind a reply: of the dialogues that the purpose prefers, then of one that has fewest yet."""
    order = rng.sample(candidates, len(candidates))
    for kind in kinds:
        name = purpose.system_of(kind)
        free = [one for one in order if name not in taken[one.reply.dialogue_pk]]
        if not free:
            raise purpose.refusal(
                f"{len(order)} dialogues have a genuine reply, and each takes one {purpose.named} of a kind: "
                f"ask for {len(order) * len(purpose.kinds)} at most, or import replies first"
            )
        chosen = min(
            free,
            key=lambda one: (one.is_paired != purpose.of_main_dialogues, len(taken[one.reply.dialogue_pk])),
        )
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
    return decoys.off_topic(shown_turns(genuine.dialogue), elsewhere, rng=rng)


def _store(study: Study, broken: list[tuple[Reply, Decoy]], purpose: Purpose) -> None:
    kinds = dict.fromkeys(decoy.kind for _, decoy in broken)
    systems = {kind: _system(study, kind, purpose) for kind in kinds}
    replies = Response.objects.bulk_create(
        (
            Response(dialogue_id=reply.dialogue_pk, system=systems[decoy.kind], text=decoy.text)
            for reply, decoy in broken
        ),
        batch_size=1000,
    )
    Pair.objects.bulk_create(
        (
            _pair(reply, response, decoy, purpose)
            for (reply, decoy), response in zip(broken, replies, strict=True)
        ),
        batch_size=1000,
    )


def _pair(genuine: Reply, broken: Response, decoy: Decoy, purpose: Purpose) -> Pair:
    second = Reply(broken.pk, genuine.dialogue_pk, genuine.dialogue, broken.system.name, broken.replicate)
    return Pair(
        dialogue_id=genuine.dialogue_pk,
        first_id=genuine.pk,
        second=broken,
        key=pairing.pair_key(genuine.dialogue, genuine, second),
        kind=purpose.pair_kind,
        expected=decoy.expected,
        feedback=purpose.feedback(decoy.kind),
    )


def _system(study: Study, kind: DecoyKind, purpose: Purpose) -> System:
    system, _ = System.objects.get_or_create(
        study=study, name=purpose.system_of(kind), defaults={"kind": System.Kind.DECOY}
    )
    if system.kind != System.Kind.DECOY:
        raise purpose.refusal(f"the name {system.name!r} is taken by a system that was imported: rename it")
    return system
