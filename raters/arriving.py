"""Arriving and consenting: who comes, whether they may, and the booklet they get."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from raters import claiming, replanning
from raters.channels import CHANNELS, Arrival
from raters.models import Assignment, Event, Invitation, PlatformIdentity, RatingSession, Skip
from raters.noting import note
from raters.selectors import hmac_of, recruitment_of
from studies import selectors as material
from studies.models import Study
from studies.protocol import MAIN, sha256_of


class StudyFull(Exception):
    """Nothing is left to rate at the moment."""


class StudyNotOpen(Exception):
    """The study does not take raters now."""


class UnknownPerson(Exception):
    """The link came without the platform's id for the person, or with an invitation that nobody made."""


class OnlyLooking(Exception):
    """The platform shows its people a preview of the link: nobody has come yet."""


class NotYours(Exception):
    """This person has started already, and only their own link or browser may go on."""


class Gone(Exception):
    """The session was begun anew or forgotten in the meantime: its address is nobody's."""


def arrive(*, study: Study, arrival: Arrival, known_token: UUID | None, now: datetime) -> RatingSession:
    """The session of whoever opens the join link. Takes nothing from the plan: link scanners come here too.

    The same browser gets its session back, and so does, on a platform, the same person with the same
    submission id, and whoever holds the same invitation. A platform's id for the person alone opens nothing:
    where answers are, it raises NotYours; before consent the session is begun anew, under an address that
    nobody who came earlier knows. Raises StudyNotOpen for newcomers, UnknownPerson and OnlyLooking.
    """
    if arrival.is_preview:
        raise OnlyLooking
    own = RatingSession.objects.filter(study=study, token=known_token).first() if known_token else None
    channel = recruitment_of(study).channel
    if not CHANNELS[channel].names_people:
        return own or _new_session(study, channel, Arrival(), "", now)
    if not arrival.participant_id:
        if own:
            return own
        raise UnknownPerson
    fingerprint = hmac_of(study, arrival.participant_id)
    if own and own.platform_hash == fingerprint:
        return own
    if CHANNELS[channel].id_is_key:
        return _invited(study, channel, arrival, fingerprint, now)
    return _named(study, channel, arrival, fingerprint, now)


def _invited(study: Study, channel: str, arrival: Arrival, fingerprint: str, now: datetime) -> RatingSession:
    """The invitation is the key, on any device. The identity table is not told: it holds no secrets."""
    if not Invitation.objects.filter(study=study, token=arrival.participant_id).exists():
        raise UnknownPerson
    known = RatingSession.objects.filter(study=study, channel=channel, platform_hash=fingerprint).first()
    return known or _new_session(study, channel, arrival, fingerprint, now)


def _named(study: Study, channel: str, arrival: Arrival, fingerprint: str, now: datetime) -> RatingSession:
    known = RatingSession.objects.filter(study=study, channel=channel, platform_hash=fingerprint).first()
    if known is None:
        return _new_session(study, channel, arrival, fingerprint, now)
    if _same_submission(known, arrival):
        return known
    with transaction.atomic():
        _leave_behind(known)
        return _new_session(study, channel, arrival, fingerprint, now)


def _leave_behind(known: RatingSession) -> None:
    """Makes a visit without consent nobody's; raises NotYours if there is consent by now.

    The row stays, since what was written in it may wait to be read; the sweep forgets it. Its address changes
    to one that nobody was told.
    """
    session = RatingSession.objects.select_for_update().filter(pk=known.pk).first()
    if session and session.consented_at is not None:
        raise NotYours
    RatingSession.objects.filter(pk=known.pk).update(platform_hash="", token=uuid4())


def _same_submission(session: RatingSession, arrival: Arrival) -> bool:
    identity = PlatformIdentity.objects.filter(session=session).first()
    return bool(
        identity
        and arrival.submission_id
        and secrets.compare_digest(identity.submission_id.encode(), arrival.submission_id.encode())
    )


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
            if fingerprint and not CHANNELS[channel].id_is_key:
                PlatformIdentity.objects.create(
                    session=session,
                    participant_id=arrival.participant_id,
                    platform_study_id=arrival.platform_study_id,
                    submission_id=arrival.submission_id,
                )
    except IntegrityError:
        # The same person opened the link twice at once; the other request made the session.
        theirs = RatingSession.objects.get(study=study, channel=channel, platform_hash=fingerprint)
        if not (CHANNELS[channel].id_is_key or _same_submission(theirs, arrival)):
            raise NotYours from None
        return theirs
    return session


@transaction.atomic
def consent(*, session: RatingSession, now: datetime, opted_out: Collection[str] = ()) -> RatingSession:
    """Consent, and one whole booklet with it. Consenting twice changes nothing.

    `opted_out`: tags of the protocol's themes that the rater does not want to meet; other tags are left out.
    Pairs on them are skipped from the start and go back into the plan. Raises StudyNotOpen, or StudyFull
    before any work was done, also where all that is left is on these themes; then nothing is stored. Raises
    Gone if the session is not to be found under its address any more.
    """
    _reread(session)
    if session.consented_at:
        return session
    study = Study.objects.get(pk=session.study_id)
    protocol = material.current_protocol(study)
    if protocol is None or not study.is_open:
        raise StudyNotOpen
    themes = [theme.tag for theme in protocol.document().journey.themes if theme.tag in opted_out]
    still = RatingSession.objects.filter(pk=session.pk, token=session.token, consented_at__isnull=True)
    first_time = still.update(
        consented_at=now, declined_at=None, protocol=protocol, last_seen_at=now, opted_out=themes
    )
    if first_time:
        if themes:
            replanning.lock_plan(protocol.pk)
        if not claiming.claim(session=session, protocol=protocol, themes=themes, now=now):
            raise StudyFull
        _leave_out(session, themes, now)
        text = sha256_of(protocol.document().texts.consent)
        agreed = {"protocol": protocol.sha256, "consent_text": text, "themes": len(themes)}
        note(session, Event.Kind.CONSENTED, now, **agreed)
    _reread(session)
    return session


def _reread(session: RatingSession) -> None:
    try:
        session.refresh_from_db(from_queryset=RatingSession.objects.filter(token=session.token))
    except RatingSession.DoesNotExist:
        raise Gone from None


def _leave_out(session: RatingSession, themes: Collection[str], now: datetime) -> None:
    """Skips everything on the themes, whatever it is for."""
    if not themes:
        return
    own = Assignment.objects.filter(booklet__session=session).select_related("pair__dialogue")
    hard = [one for one in own if not set(themes).isdisjoint(one.pair.dialogue.tags)]
    Skip.objects.bulk_create(
        Skip(assignment=one, phase=MAIN, reason=Skip.Reason.THEME, skipped_at=now) for one in hard
    )
    replanning.release(assignments=hard, now=now)


@transaction.atomic
def decline(*, session: RatingSession, now: datetime) -> RatingSession:
    """No consent. It can be given later through the same link. Raises Gone as `consent` does."""
    still = RatingSession.objects.filter(pk=session.pk, token=session.token, consented_at__isnull=True)
    if still.update(declined_at=now, last_seen_at=now):
        note(session, Event.Kind.DECLINED, now)
    _reread(session)
    return session
