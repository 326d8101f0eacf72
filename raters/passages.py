"""Setting out the texts that are coded: written reasons of raters and judges, and replies.

What is set out stays as it is: a reason that its rater corrects afterwards is coded as it stood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from django.db import transaction
from django.db.models import Count, Max, Q

from raters.models import Assignment, RaterPassage, Rating, RatingSession
from raters.screening import exclusion_reasons, lateness
from studies.coding import passages as drawing
from studies.coding.passages import CHUNK, Candidate, PassageDesign
from studies.counting_rows import count_rows
from studies.models import Judge, Pair, Passage, Protocol, Study
from studies.protocol import MAIN, RUBRIC

__all__ = ["CannotSetOut", "PassageDesign", "PassagesSetOut", "counts_of", "set_out", "would_set_out"]

STORED_AT_ONCE: Final = 1000
_RATED: Final = (
    "pk",
    "phase",
    "reason",
    "assignment__order",
    "assignment__pair_id",
    "assignment__pair__key",
    "assignment__pair__dialogue_id",
    "assignment__pair__dialogue__external_id",
    "assignment__pair__dialogue__tags",
    "assignment__booklet__session__pseudonym",
    "assignment__booklet__session_id",
    "assignment__booklet__session__protocol_id",
)


class CannotSetOut(Exception):
    """No text can be set out like this; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class PassagesSetOut:
    """How many texts are new, by where they come from; `known` of the chosen ones stood there already."""

    raters: int
    judges: int
    replies: int
    known: int

    @property
    def new(self) -> int:
        return self.raters + self.judges + self.replies


@transaction.atomic
def set_out(*, study: Study, design: PassageDesign) -> PassagesSetOut:
    """Adds what the design chooses and is not there yet, in the order that the study's seed draws.

    Once more with the same design, it adds what has come since; what is there keeps its text and its place.
    Raises CannotSetOut.
    """
    # Not its key: a rater who has words deleted ends with a record of the study, and holds the ratings.
    locked = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    count_rows()
    chosen = _chosen(locked, design)
    chosen = _Chosen(_held(chosen.new), chosen.known)
    _store(locked, chosen.new)
    return _counted(chosen)


def _held(fresh: list[tuple[Candidate, str]]) -> list[tuple[Candidate, str]]:
    """Without what its rater has taken back or corrected meanwhile; from now on that has to wait."""
    ratings = [candidate.rating for candidate, _text in fresh if candidate.rating is not None]
    rows = Rating.objects.filter(pk__in=ratings).order_by("pk").select_for_update()
    said = dict(rows.values_list("pk", "reason"))
    return [
        (candidate, text)
        for candidate, text in fresh
        if candidate.rating is None or said.get(candidate.rating) == candidate.text
    ]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many texts of one kind of source are set out; `may_leave` and `erased` are among them."""

    name: str
    texts: int
    may_leave: int
    erased: int


def counts_of(study: Study) -> list[Counted]:
    """What is set out, by where it comes from."""
    rows = (
        study.passages.order_by()
        .values_list("source_kind", "variant")
        .annotate(
            texts=Count("pk"),
            may_leave=Count("pk", filter=Q(may_leave=True)),
            erased=Count("pk", filter=Q(erased_at__isnull=False)),
        )
    )
    names = _names()
    found = {(kind, variant): numbers for kind, variant, *numbers in rows}
    return [Counted(str(name), *found[key]) for key, name in names.items() if key in found]


def _names() -> dict[tuple[str, str], str]:
    sources = Passage.Source
    return {
        (sources.RATER, MAIN): "raters",
        (sources.RATER, RUBRIC): "raters, with the rubric after it",
        (sources.JUDGE, Judge.Variant.RUBRIC): "judges with the rubric",
        (sources.JUDGE, Judge.Variant.NO_RUBRIC): "judges without a rubric",
        (sources.SYSTEM, ""): "systems: replies",
    }


def would_set_out(*, study: Study, design: PassageDesign) -> PassagesSetOut:
    """What `set_out` would come to now. Raises CannotSetOut."""
    return _counted(_chosen(study, design))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """New candidates with their texts as coders read them, and how many of the chosen are there."""

    new: list[tuple[Candidate, str]]
    known: int


def _chosen(study: Study, design: PassageDesign) -> _Chosen:
    _refuse(study, design)
    out = set(study.passages.values_list("key", flat=True))
    wanted = chain(
        _reasons(study, design, out) if design.reasons else (),
        _replies(study, design) if design.replies else (),
    )
    fresh, known = [], 0
    for candidate in wanted:
        if candidate.key in out:
            known += 1
        elif text := drawing.as_coded(candidate):
            fresh.append((candidate, text))
    if not (fresh or known):
        raise CannotSetOut("there is no text to set out: no reason was written, or no reply compared")
    return _Chosen(fresh, known)


def _refuse(study: Study, design: PassageDesign) -> None:
    if not study.is_frozen():
        raise CannotSetOut("the study is not frozen: its texts are coded once it is")
    if not (design.reasons or design.replies):
        raise CannotSetOut("choose reasons, replies or both")
    if any(number is not None and number < 1 for number in (design.pairs, design.per_pair, design.dialogues)):
        raise CannotSetOut("a limit is at least 1; leave it out for all")


def _reasons(study: Study, design: PassageDesign, out: set[str]) -> list[Candidate]:
    """Reasons on the drawn pairs; of a judge one a pair, for good."""
    judged = set(
        study.passages.filter(source_kind=Passage.Source.JUDGE).values_list("source", "pair_id").iterator()
    )
    candidates = [
        candidate
        for candidate in chain(reasons_of_raters(study), drawing.reasons_of_judges(study))
        if candidate.key in out or (candidate.source, candidate.pair) not in judged
    ]
    pairs_out = set(
        study.passages.filter(kind=Passage.Kind.REASON).values_list("pair_id", flat=True).distinct()
    )
    pairs = drawing.drawn_pairs(
        candidates, most=design.pairs, out={pair for pair in pairs_out if pair}, seed=study.seed
    )
    there = [candidate for candidate in candidates if candidate.key in out]
    fresh = [candidate for candidate in candidates if candidate.key not in out and candidate.pair in pairs]
    return there + drawing.limited(fresh, most=design.per_pair, out=there)


def _replies(study: Study, design: PassageDesign) -> list[Candidate]:
    candidates = list(drawing.replies_of(study))
    rows = study.passages.filter(kind=Passage.Kind.REPLY)
    out = set(rows.values_list("dialogue__external_id", flat=True).distinct())
    dialogues = drawing.drawn_dialogues(candidates, most=design.dialogues, out=out, seed=study.seed)
    return [candidate for candidate in candidates if candidate.external_id in dialogues]


def reasons_of_raters(study: Study) -> Iterator[Candidate]:
    """Reasons on main pairs that the analysis keeps, of both phases; in the order of rating.

    Neither training, decoys and repeats, nor what came too late, nor those of raters who are left out.
    """
    sessions = RatingSession.objects.filter(study=study, consented_at__isnull=False)
    excluded = exclusion_reasons(sessions.only("is_pilot", "returned_at", "protocol"))
    may_leave = _may_leave(study)
    rows = (
        Rating.objects.alias(late=lateness())
        .filter(
            late="",
            assignment__kind=Assignment.Kind.MAIN,
            assignment__pair__kind=Pair.Kind.MAIN,
            assignment__booklet__session__study=study,
        )
        .exclude(reason="")
        .order_by("pk")
        .values_list(*_RATED)
    )
    for *facts, session, protocol in rows.iterator(chunk_size=CHUNK):
        rating, phase, reason, order, pair, key, dialogue, external_id, tags, pseudonym = facts
        if excluded.get(session):
            continue
        yield Candidate(
            source_kind=Passage.Source.RATER,
            source=pseudonym,
            variant=phase,
            dialogue=dialogue,
            external_id=external_id,
            tags=tuple(sorted(tags)),
            of=f"{external_id}/{key}",
            text=reason,
            order=order,
            pair=pair,
            may_leave=may_leave.get(protocol, False),
            rating=rating,
        )


def _may_leave(study: Study) -> dict[int, bool]:
    """Whether raters' words may go to outside providers, by the protocol that they consented to."""
    protocols = Protocol.objects.filter(study=study)
    return {protocol.pk: protocol.document().texts.words_may_leave for protocol in protocols}


def _store(study: Study, fresh: list[tuple[Candidate, str]]) -> None:
    """Places go on after those that are there."""
    last = study.passages.aggregate(last=Max("place"))["last"] or 0
    fresh = sorted(fresh, key=lambda one: drawing.digest(f"{study.seed}/passages/{one[0].key}"))
    rows = [
        Passage(
            study=study,
            key=candidate.key,
            kind=candidate.kind,
            source_kind=candidate.source_kind,
            source=candidate.source,
            variant=candidate.variant,
            dialogue_id=candidate.dialogue,
            pair_id=candidate.pair,
            order=candidate.order,
            occasion=candidate.occasion,
            response_id=candidate.response,
            place=place,
            text=text,
            may_leave=candidate.may_leave,
        )
        for place, (candidate, text) in enumerate(fresh, start=last + 1)
    ]
    Passage.objects.bulk_create(rows, batch_size=STORED_AT_ONCE)
    keys = {candidate.key: candidate.rating for candidate, _text in fresh if candidate.rating is not None}
    stored = [row for row in rows if row.key in keys]
    links = [RaterPassage(passage=row, rating_id=keys[row.key]) for row in stored]
    RaterPassage.objects.bulk_create(links, batch_size=STORED_AT_ONCE)


def _counted(chosen: _Chosen) -> PassagesSetOut:
    kinds = Counter(candidate.source_kind for candidate, _text in chosen.new)
    sources = Passage.Source
    return PassagesSetOut(kinds[sources.RATER], kinds[sources.JUDGE], kinds[sources.SYSTEM], chosen.known)
