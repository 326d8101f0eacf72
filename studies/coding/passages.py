"""Which texts are set out to be coded: judges' reasons and replies, and the draw from the study's seed.

Raters' reasons join them in `raters.passages`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import Q

from studies import normalising
from studies.coding import masking
from studies.comparison import Order
from studies.models import Judgment, Pair, Passage, Response, Study
from studies.selectors import profile_of, response_key

CHUNK: Final = 2000
_JUDGED: Final = (
    "judge__name",
    "judge__variant",
    "pair__dialogue_id",
    "pair__dialogue__external_id",
    "pair__dialogue__tags",
    "pair__key",
    "reason",
    "order",
    "pair_id",
    "call__slot_first",
    "call__slot_second",
)
_COMPARED: Final = (
    "pk",
    "dialogue_id",
    "dialogue__external_id",
    "dialogue__tags",
    "system__name",
    "replicate",
    "text",
)


@dataclass(frozen=True, slots=True)
class PassageDesign:
    """`pairs`: reasons on so many pairs; `dialogues`: replies to so many dialogues; None: all.

    `per_pair`: at most so many reasons on a pair from raters in each phase, and from judges of each variant.
    """

    reasons: bool = True
    replies: bool = True
    pairs: int | None = None
    per_pair: int | None = None
    dialogues: int | None = None


class Candidate(NamedTuple):
    """A text that could be set out. `of` names what it is about, the same on every database."""

    source_kind: str
    source: str
    variant: str
    dialogue: int
    external_id: str
    tags: tuple[str, ...]
    of: str
    text: str
    order: str = ""
    occasion: int = 1
    pair: int | None = None
    response: int | None = None
    slots: tuple[str, str] = ("", "")
    may_leave: bool = True
    rating: int | None = None

    @property
    def kind(self) -> str:
        return Passage.Kind.REASON if self.response is None else Passage.Kind.REPLY

    @property
    def key(self) -> str:
        """12 hexadecimal digits: the passage in exports."""
        told = (self.kind, self.source_kind, self.source, self.variant, self.of, self.order)
        return digest("\x1f".join((*told, str(self.occasion))))[:12]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def reasons_of_judges(study: Study) -> Iterator[Candidate]:
    """One judgment of each judge on a main pair, in the order that the seed draws, else the other.

    Of those that the analysis takes for the jury's: the first of several, other families only. Judges of
    providers for trial are among them, as in verdicts.csv.
    """
    found: dict[tuple[str, str], dict[str, Candidate]] = defaultdict(dict)
    for candidate in _judgments(study):
        found[candidate.source, candidate.of][candidate.order] = candidate
    for (judge, of), by_order in found.items():
        drawn = int(digest(f"{study.seed}/order/{judge}/{of}")[:8], 16) % 2
        wanted = (Order.AB, Order.BA)[drawn]
        yield by_order.get(wanted) or next(iter(by_order.values()))


def _judgments(study: Study) -> Iterator[Candidate]:
    rows = (
        Judgment.objects.filter(
            run__study=study,
            outcome=Judgment.Outcome.OK,
            role=Judgment.Role.JURY,
            replicate=1,
            pair__kind=Pair.Kind.MAIN,
        )
        .exclude(reason="")
        .order_by("pk")
        .values_list(*_JUDGED)
    )
    for *facts, first, second in rows.iterator(chunk_size=CHUNK):
        judge, variant, dialogue, external_id, tags, key, reason, order, pair = facts
        yield Candidate(
            source_kind=Passage.Source.JUDGE,
            source=judge,
            variant=variant,
            dialogue=dialogue,
            external_id=external_id,
            tags=tuple(sorted(tags)),
            of=f"{external_id}/{key}",
            text=reason,
            order=order,
            pair=pair,
            slots=(first or "", second or ""),
        )


def replies_of(study: Study) -> Iterator[Candidate]:
    """Replies that stand in a main pair, as the study shows them."""
    compared = Pair.objects.of(study).main()
    rows = (
        Response.objects.of(study)
        .genuine()
        .filter(Q(pk__in=compared.values("first")) | Q(pk__in=compared.values("second")))
        .order_by("pk")
        .values_list(*_COMPARED)
    )
    profile = profile_of(study)
    for response, dialogue, external_id, tags, system, replicate, text in rows.iterator(chunk_size=CHUNK):
        yield Candidate(
            source_kind=Passage.Source.SYSTEM,
            source=system,
            variant="",
            dialogue=dialogue,
            external_id=external_id,
            tags=tuple(sorted(tags)),
            of=response_key(external_id, system, replicate),
            text=normalising.shown(text, profile),
            occasion=replicate,
            response=response,
        )


def as_coded(candidate: Candidate) -> str:
    """The text as coders read it. A reply speaks of no other reply: nothing in it is masked."""
    if candidate.response is not None:
        return normalising.shown(candidate.text, masking.PROFILE)
    return masking.masked(candidate.text, slots=candidate.slots, seed=candidate.key)


def drawn_pairs(candidates: Iterable[Candidate], *, most: int | None, out: set[int], seed: int) -> set[int]:
    """The pairs whose reasons are set out: those that are `out` already, filled up to `most`.

    One pair of each dialogue before the second of any; dialogues as `spread` has them.
    """
    pairs = {candidate.pair: candidate for candidate in candidates if candidate.pair is not None}
    if most is None:
        return set(pairs) | out
    by_dialogue: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(pairs.values(), key=lambda one: digest(f"{seed}/pair/{one.of}")):
        by_dialogue[candidate.external_id].append(candidate)
    places = {name: place for place, name in enumerate(spread(_tags(pairs.values()), seed=seed))}
    turns = [
        (turn, places[name], candidate.pair)
        for name, own in by_dialogue.items()
        for turn, candidate in enumerate(own)
    ]
    fresh = [pair for _, _, pair in sorted(turns) if pair is not None and pair not in out]
    return out | set(fresh[: max(most - len(out), 0)])


def drawn_dialogues(
    candidates: Iterable[Candidate], *, most: int | None, out: set[str], seed: int
) -> set[str]:
    """The dialogues whose replies are set out, as `drawn_pairs`."""
    order = spread(_tags(candidates), seed=seed)
    if most is None:
        return set(order) | out
    return out | set([name for name in order if name not in out][: max(most - len(out), 0)])


def spread(tags: Mapping[str, tuple[str, ...]], *, seed: int) -> list[str]:
    """Dialogues in a seeded order in which those with the same tags are spread evenly.

    However many are taken from its beginning, each combination of tags has its share, to within one.
    """
    strata: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in sorted(tags, key=lambda name: digest(f"{seed}/dialogue/{name}")):
        strata[tags[name]].append(name)
    shares = {
        name: ((place + 0.5) / len(own), digest(f"{seed}/dialogue/{name}"))
        for own in strata.values()
        for place, name in enumerate(own)
    }
    return sorted(shares, key=lambda name: shares[name])


def limited(
    candidates: Iterable[Candidate], *, most: int | None, out: Iterable[Candidate]
) -> list[Candidate]:
    """At most so many on each pair of each kind of source and variant; those that are `out` count."""
    taken: dict[tuple[object, ...], int] = defaultdict(int)
    for candidate in out:
        taken[candidate.pair, candidate.source_kind, candidate.variant] += 1
    kept = []
    for candidate in sorted(candidates, key=lambda one: one.key):
        group = (candidate.pair, candidate.source_kind, candidate.variant)
        if most is None or taken[group] < most:
            taken[group] += 1
            kept.append(candidate)
    return kept


def _tags(candidates: Iterable[Candidate]) -> dict[str, tuple[str, ...]]:
    return {candidate.external_id: candidate.tags for candidate in candidates}
