"""Erasing what a rater gave, or the rater altogether, with a record that names nobody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from raters import forgetting, leaving
from raters.models import (
    Answer,
    Draft,
    Erasure,
    Event,
    ExportJob,
    Guess,
    Invitation,
    Message,
    PlatformIdentity,
    Rating,
    RatingSession,
    ReplyFlag,
    Skip,
)
from raters.selectors import assignments_of, invitations_by_hash, work_of
from studies.models import Study


@transaction.atomic
def erase_answers(*, session: RatingSession, cause: Erasure.Cause, now: datetime) -> Erasure:
    """Deletes whatever this rater answered, wrote and did, and plans the pairs for somebody else.

    Reasons that were set out to be coded are emptied, and what coders found in them is taken back.
    The row of the session stays with its code and times, so that the rater is paid; files that were exported
    before are named in the record, never altered. The record also keeps how much was planned and done.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    counts = {**_counted(given_by(locked)), **_work_before(locked)}
    # Before the ratings: they tell which passages are this rater's.
    forgotten = forgetting.forget(locked, now)
    counts |= {name: count for name, count in forgotten.items() if count}
    leaving.give_back_all(session=locked, now=now)
    # Drafts, flags and the like before what they hang on; scores and flags go with their rating.
    for rows in reversed(given_by(locked).values()):
        rows.delete()
    RatingSession.objects.filter(pk=locked.pk).update(opted_out=[], rater_group="", erased_at=now)
    record = _record(locked, cause, counts, now)
    assignments_of(locked).update(shown_at=None, rubric_shown_at=None)
    return record


@transaction.atomic
def erase_rater(*, session: RatingSession, cause: Erasure.Cause, now: datetime) -> Erasure:
    """All of `erase_answers`, and who the person is: platform ids, their hash, the invitation.

    Without the hash the same person is taken for a new one if they come again. A session that still runs ends
    with its code first; one without consent is deleted whole.
    """
    locked = leaving.stop(session=session, now=now)
    identity = _counted(known_of(locked))
    for rows in known_of(locked).values():
        rows.delete()
    if locked.consented_at is None:
        erasure = _record(locked, cause, {**_counted(given_by(locked)), **identity}, now)
        locked.delete()
        return erasure
    ended = {"platform_hash": "", "withdrawn_at": locked.withdrawn_at or now}
    RatingSession.objects.filter(pk=locked.pk).update(**ended)
    erasure = erase_answers(session=locked, cause=cause, now=now)
    erasure.counts = {**erasure.counts, **identity}
    erasure.save(update_fields=["counts"])
    return erasure


@transaction.atomic
def erase_identities(*, identities: Iterable[PlatformIdentity], cause: Erasure.Cause, now: datetime) -> int:
    """Deletes plain platform ids, the keyed hash staying, with a record for each session; how many went."""
    chosen = PlatformIdentity.objects.filter(pk__in=[identity.pk for identity in identities])
    done = 0
    for identity in chosen.select_for_update(of=("self",)).select_related("session").order_by("pk"):
        count, _by_model = identity.delete()
        Erasure.objects.create(
            study_id=identity.session.study_id,
            pseudonym=identity.session.pseudonym,
            cause=cause,
            counts={"platform_identities": count},
            at=now,
        )
        done += count
    return done


def given_by(session: RatingSession) -> dict[str, QuerySet[Model]]:
    """The rows that hold what a rater gave, by name."""
    own = Q(assignment__booklet__session=session)
    return {
        "ratings": Rating.objects.filter(own),
        "flags": ReplyFlag.objects.filter(rating__assignment__booklet__session=session),
        "drafts": Draft.objects.filter(own),
        "skips": Skip.objects.filter(own),
        "guesses": Guess.objects.filter(own),
        "answers": Answer.objects.filter(session=session),
        "messages": Message.objects.filter(session=session),
        "events": Event.objects.filter(session=session),
    }


def known_of(session: RatingSession) -> dict[str, QuerySet[Model]]:
    """The rows that tell who a rater is, by name."""
    invited = invitations_by_hash(session.study)
    own = [pk for known, pk in invited.items() if known == session.platform_hash]
    return {
        "platform_identities": PlatformIdentity.objects.filter(session=session),
        "invitations": Invitation.objects.filter(pk__in=own),
    }


def held_of(session: RatingSession) -> dict[str, int]:
    """How many rows of what there are about a rater: what erasing them would delete."""
    passages = forgetting.passages_of(session).legible()
    return _counted({**given_by(session), **known_of(session), "passages": passages})


def exports_holding(session: RatingSession) -> list[str]:
    """Exports and reports since the rater came, finished or under way: name, time and checksum."""
    jobs = ExportJob.objects.filter(study=session.study_id).filter(
        Q(status=ExportJob.Status.DONE, finished_at__gte=session.arrived_at)
        | Q(status=ExportJob.Status.RUNNING)
    )
    return [_told(job) for job in jobs.order_by("requested_at", "pk")]


def erasures_of(study: Study) -> QuerySet[Erasure]:
    return Erasure.objects.filter(study=study).order_by("-at", "-pk")


def _told(job: ExportJob) -> str:
    if job.finished_at is None:
        return f"{job.kind} of {job.requested_at:%Y-%m-%d %H:%M} UTC, being written"
    name = PurePosixPath(job.file.name or "").name
    return f"{name}, {job.finished_at:%Y-%m-%d %H:%M} UTC, SHA-256 {job.sha256}"


def _work_before(session: RatingSession) -> dict[str, int]:
    """What paying needs to know of the work that is deleted; nothing the second time."""
    work = work_of(RatingSession.objects.filter(pk=session.pk)).get(session.pk)
    if work is None or session.erased_at:
        return {}
    pairs = {"pairs": work.pairs} if work.pairs else {}
    return {**pairs, "planned": work.planned, "done": work.done}


def _counted(rows: dict[str, QuerySet[Model]]) -> dict[str, int]:
    return {name: count for name, found in rows.items() if (count := found.count())}


def _record(session: RatingSession, cause: Erasure.Cause, counts: dict[str, int], now: datetime) -> Erasure:
    return Erasure.objects.create(
        study_id=session.study_id,
        pseudonym=session.pseudonym,
        cause=cause,
        counts=counts,
        exports=exports_holding(session),
        at=now,
    )
