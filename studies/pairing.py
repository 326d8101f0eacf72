"""Which replies are compared with which: against a baseline, all against all, or a balanced sample."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from django.db import transaction

from studies.models import Pair, Response, Study, System

Replicates = Literal["first", "random", "all"]
#: What a fetched reply can be and still have a text; such replies take part only where they are asked for.
FLAWS: Final = frozenset({"truncated", "wrong_role"})


class PairingError(Exception):
    """The pairs asked for cannot be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What pairing needs to know of a response."""

    pk: int
    dialogue_pk: int
    dialogue: str
    system: str
    replicate: int


@dataclass(frozen=True, slots=True)
class Paired:
    """`new` pairs were made, `known` stood there already, `dialogues` have at least one of them.

    `left_out`: fetched replies that took no part, by outcome.
    """

    new: int
    known: int
    dialogues: int
    left_out: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def make_pairs(
    *,
    study: Study,
    rng: random.Random,
    baseline: str | None = None,
    sample: int | None = None,
    replicates: Replicates = "first",
    keep: Collection[str] = (),
) -> Paired:
    """Main pairs of a study's replies: `baseline` against each other system, or all against all.

    `sample` keeps that many pairs a dialogue, balanced over pairs of systems. Replies of one system to one
    dialogue ("replicates") are never compared with each other; `replicates` says which of them take part.
    Fetched replies that were cut off, or speak as the seeker, are left out and counted, unless `keep` names
    their outcome. Making the same pairs again changes nothing.
    """
    lock_unfrozen(study)
    if sample is not None and sample < 1:
        raise PairingError("a sample needs at least one pair a dialogue")
    grouped = _by_dialogue(study, keep)
    _check_baseline(baseline, grouped)
    chosen = {
        dialogue: list(_combined(_taking_part(replies, replicates, rng), baseline))
        for dialogue, replies in grouped.items()
    }
    if sample is not None:
        chosen = balanced_sample(chosen, per_dialogue=sample, rng=rng)
    made = [couple for couples in chosen.values() for couple in couples]
    if not made:
        raise PairingError("no dialogue has replies by two different systems: import replies first")
    return replace(_store(study, made), left_out=_left_out(study, keep))


@transaction.atomic
def remove_pairs(*, study: Study) -> int:
    """Takes back all pairs of a study that is not frozen, broken replies with them; how many pairs."""
    lock_unfrozen(study)
    removed, _ = Pair.objects.of(study).delete()
    Response.objects.of(study).filter(system__kind=System.Kind.DECOY).delete()
    System.objects.filter(study=study, kind=System.Kind.DECOY).delete()
    return removed


def lock_unfrozen(study: Study) -> None:
    """Until the transaction ends. Raises PairingError.

    Freezing locks the same row, so material cannot change while it is being written down.
    """
    if Study.objects.select_for_update().get(pk=study.pk).is_frozen():
        raise PairingError("the study is frozen: its pairs can no longer change")


def balanced_sample(
    couples: dict[str, list[tuple[Reply, Reply]]], *, per_dialogue: int, rng: random.Random
) -> dict[str, list[tuple[Reply, Reply]]]:
    """`per_dialogue` couples of each dialogue, so that the pairs of systems are used about equally often."""
    used: Counter[tuple[str, str]] = Counter()
    picked: dict[str, list[tuple[Reply, Reply]]] = {}
    dialogues = sorted(couples)
    rng.shuffle(dialogues)
    for dialogue in dialogues:
        rest = list(couples[dialogue])
        rng.shuffle(rest)
        picked[dialogue] = []
        while rest and len(picked[dialogue]) < per_dialogue:
            least = min(rest, key=lambda couple: used[_systems(couple)])
            rest.remove(least)
            picked[dialogue].append(least)
            used[_systems(least)] += 1
    return {dialogue: picked[dialogue] for dialogue in sorted(picked)}


def pair_key(dialogue: str, first: Reply, second: Reply) -> str:
    """12 hexadecimal digits that name the pair in exports, the same on every database."""
    text = "\x1f".join((dialogue, first.system, str(first.replicate), second.system, str(second.replicate)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _left_out(study: Study, keep: Collection[str]) -> dict[str, int]:
    flawed = Response.objects.of(study).genuine().flawed(keep)
    return dict(sorted(Counter(flawed.values_list("generation__outcome", flat=True)).items()))


def _by_dialogue(study: Study, keep: Collection[str]) -> dict[str, list[Reply]]:
    """Sorted here, not by the database: two engines sort text differently, and draws follow this order."""
    rows = (
        Response.objects.of(study)
        .genuine()
        .exclude(pk__in=Response.objects.of(study).flawed(keep).values("pk"))
        .values_list("pk", "dialogue_id", "dialogue__external_id", "system__name", "replicate")
    )
    grouped: dict[str, list[Reply]] = defaultdict(list)
    for row in rows.iterator(chunk_size=5000):
        grouped[row[2]].append(Reply(*row))
    return {
        dialogue: sorted(grouped[dialogue], key=lambda reply: (reply.system, reply.replicate))
        for dialogue in sorted(grouped)
    }


def _check_baseline(baseline: str | None, grouped: dict[str, list[Reply]]) -> None:
    if baseline is None:
        return
    systems = {reply.system for replies in grouped.values() for reply in replies}
    if baseline not in systems:
        known = ", ".join(sorted(systems)) or "none yet"
        raise PairingError(f"no system {baseline!r} has replies in this study; systems are: {known}")


def _taking_part(replies: list[Reply], replicates: Replicates, rng: random.Random) -> list[Reply]:
    if replicates == "all":
        return replies
    taken = []
    for _, own in itertools.groupby(replies, key=lambda reply: reply.system):
        candidates = list(own)
        taken.append(candidates[0] if replicates == "first" else rng.choice(candidates))
    return taken


def _combined(replies: Iterable[Reply], baseline: str | None) -> Iterator[tuple[Reply, Reply]]:
    """Couples of different systems; the baseline stands first, otherwise the order of names decides."""
    for one, other in itertools.combinations(replies, 2):
        if one.system == other.system:
            continue
        if baseline in (None, one.system):
            yield one, other
        elif baseline == other.system:
            yield other, one


def _systems(couple: tuple[Reply, Reply]) -> tuple[str, str]:
    return couple[0].system, couple[1].system


def _store(study: Study, couples: list[tuple[Reply, Reply]]) -> Paired:
    known = set(Pair.objects.of(study).values_list("first_id", "second_id").iterator(chunk_size=5000))
    new = [
        Pair(
            dialogue_id=first.dialogue_pk,
            first_id=first.pk,
            second_id=second.pk,
            key=pair_key(first.dialogue, first, second),
        )
        for first, second in couples
        if (first.pk, second.pk) not in known and (second.pk, first.pk) not in known
    ]
    Pair.objects.bulk_create(new, batch_size=2000)
    return Paired(
        new=len(new),
        known=len(couples) - len(new),
        dialogues=len({first.dialogue for first, _ in couples}),
    )
