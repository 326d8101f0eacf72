"""Arriving and consenting: who comes, whether they may, and the booklet they get."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from raters.channels import CHANNELS, Arrival
from raters.models import Booklet, Event, PlatformIdentity, RatingSession
from raters.noting import note
from raters.selectors import recruitment_of
from studies import selectors as material
from studies.models import Study
from studies.protocol import sha256_of


class StudyFull(Exception):
    """Nothing is left to rate at the moment."""


class StudyNotOpen(Exception):
    """The study does not take raters now."""


class UnknownPerson(Exception):
    """The platform's link came without its id for the person."""


class NotYours(Exception):
    """This person has started already, and only their own link or browser may go on."""


def arrive(*, study: Study, arrival: Arrival, known_token: UUID | None, now: datetime) -> RatingSession:
    """The session of whoever opens the join link. Takes nothing from the plan: link scanners come here too.

    The same browser gets its session back, and so does, on a platform, the same person with the same
    submission id. A person's id alone opens nothing: where answers are, it raises NotYours; before consent
    the session is begun anew, under an address that nobody who came earlier knows.
    Raises StudyNotOpen for newcomers and UnknownPerson.
    """
    own = RatingSession.objects.filter(study=study, token=known_token).first() if known_token else None
    recruitment = recruitment_of(study)
    if not CHANNELS[recruitment.channel].names_people:
        return own or _new_session(study, recruitment.channel, Arrival(), "", now)
    if not arrival.participant_id:
        if own:
            return own
        raise UnknownPerson
    fingerprint = hmac_of(study, arrival.participant_id)
    if own and own.platform_hash == fingerprint:
        return own
    known = RatingSession.objects.filter(
        study=study, channel=recruitment.channel, platform_hash=fingerprint
    ).first()
    if known is None:
        return _new_session(study, recruitment.channel, arrival, fingerprint, now)
    if _same_submission(known, arrival):
        return known
    if known.consented_at is not None:
        raise NotYours
    RatingSession.objects.filter(pk=known.pk, consented_at__isnull=True).delete()
    return _new_session(study, recruitment.channel, arrival, fingerprint, now)


def _same_submission(session: RatingSession, arrival: Arrival) -> bool:
    identity = PlatformIdentity.objects.filter(session=session).first()
    return bool(
        identity
        and arrival.submission_id
        and secrets.compare_digest(identity.submission_id.encode(), arrival.submission_id.encode())
    )


def hmac_of(study: Study, participant_id: str) -> str:
    """A keyed hash of a platform id, different in every study: 64 hexadecimal digits."""
    message = f"{study.pk}\x1f{participant_id}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, "sha256").hexdigest()


def _new_session(
    study: Study, channel: str, arrival: Arrival, fingerprint: str, now: datetime
) -> RatingSession:
    if not study.is_open:
        raise StudyNotOpen
    try:
        with transaction.atomic():
            session = RatingSession.objects.create(
                study=study, channel=channel, platform_hash=fingerprint, arrived_at=now, last_seen_at=now
            )
            if fingerprint:
                PlatformIdentity.objects.create(
                    session=session,
                    participant_id=arrival.participant_id,
                    platform_study_id=arrival.platform_study_id,
                    submission_id=arrival.submission_id,
                )
    except IntegrityError:
        # The same person opened the link twice at once; the other request made the session.
        theirs = RatingSession.objects.get(study=study, channel=channel, platform_hash=fingerprint)
        if not _same_submission(theirs, arrival):
            raise NotYours from None
        return theirs
    return session


def has_room(study: Study) -> bool:
    return Booklet.objects.unclaimed(study).exists()


@transaction.atomic
def consent(*, session: RatingSession, now: datetime, opted_out: Sequence[str] = ()) -> RatingSession:
    """Consent, and one whole booklet with it. Consenting twice changes nothing.

    `opted_out`: tags of themes that the rater does not want to meet.

    Raises StudyNotOpen, or StudyFull before any work was done; then nothing is stored.
    """
    session.refresh_from_db()
    if session.consented_at:
        return session
    study = Study.objects.get(pk=session.study_id)
    protocol = material.current_protocol(study)
    if protocol is None or not study.is_open:
        raise StudyNotOpen
    first_time = RatingSession.objects.filter(pk=session.pk, consented_at__isnull=True).update(
        consented_at=now, declined_at=None, protocol=protocol, last_seen_at=now
    )
    if first_time:
        _claim(session, now)
        text = sha256_of(protocol.document().texts.consent)
        agreed = {"protocol": protocol.sha256, "consent_text": text, "themes": len(opted_out)}
        note(session, Event.Kind.CONSENTED, now, **agreed)
    session.refresh_from_db()
    return session


def _claim(session: RatingSession, now: datetime) -> None:
    """One guarded UPDATE takes a booklet; 0 rows means that somebody got there first."""
    while True:
        waiting = list(
            Booklet.objects.unclaimed(session.study).order_by("number").values_list("pk", flat=True)[:50]
        )
        if not waiting:
            raise StudyFull
        for booklet in waiting:
            mine = Booklet.objects.filter(pk=booklet, session__isnull=True).update(
                session=session, claimed_at=now
            )
            if mine:
                return


@transaction.atomic
def decline(*, session: RatingSession, now: datetime) -> RatingSession:
    """No consent. It can be given later through the same link."""
    declined = RatingSession.objects.filter(pk=session.pk, consented_at__isnull=True).update(
        declined_at=now, last_seen_at=now
    )
    if declined:
        note(session, Event.Kind.DECLINED, now)
    session.refresh_from_db()
    return session
