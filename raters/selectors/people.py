"""Who a rater is, under which protocol, and how their session stands."""

from __future__ import annotations

import hmac
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404

from raters.channels import Outcome, completion_url
from raters.models import RatingSession, Recruitment
from studies import selectors as material
from studies.models import Study
from studies.protocol import ProtocolDocument


def study_for_raters(slug: str) -> Study:
    return get_object_or_404(Study, slug=slug)


def session_for(token: UUID) -> RatingSession:
    return get_object_or_404(RatingSession.objects.select_related("study", "protocol"), token=token)


def document_for(session: RatingSession) -> ProtocolDocument:
    """The protocol the session consented to; before consent, the one it would consent to."""
    frozen = session.protocol or material.current_protocol(session.study)
    if frozen is None:
        raise Http404
    return frozen.document()


def recruitment_of(study: Study) -> Recruitment:
    """The study's recruitment settings; the open link where none were made."""
    return Recruitment.objects.filter(study=study).first() or Recruitment(study=study)


def way_back(session: RatingSession) -> str:
    """The platform's address that takes the code; empty unless the code is one that the platform knows."""
    if session.code not in codes_of(recruitment_of(session.study)):
        return ""
    return completion_url(session.channel, session.code, _outcome_by(session))


def _outcome_by(session: RatingSession) -> Outcome:
    """How the visit ended for the platform. Where two codes share a way back it does not matter which."""
    if session.completed_at:
        return Outcome.COMPLETED
    return Outcome.SCREENED_OUT if session.turned_away_at else Outcome.STOPPED_EARLY


def hmac_of(study: Study, participant_id: str) -> str:
    """A keyed hash of a platform id, different in every study: 64 hexadecimal digits."""
    message = f"{study.pk}\x1f{participant_id}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, "sha256").hexdigest()


def codes_of(recruitment: Recruitment) -> set[str]:
    """The codes that the platform knows."""
    codes = {
        recruitment.completion_code,
        recruitment.stopped_code,
        recruitment.no_consent_code,
        recruitment.screened_out_code,
        recruitment.failed_checks_code,
    }
    return codes - {""}


def outcome_of(session: RatingSession) -> str:
    """One word for how a session stands, the weightiest first."""
    outcomes = {
        "withdrawn": session.withdrawn_at,
        "returned": session.returned_at,
        "completed": session.completed_at,
        "stopped_early": session.stopped_at,
        "turned_away": session.turned_away_at,
        "timed_out": session.timed_out_at,
        "rating": session.consented_at,
        "declined": session.declined_at,
    }
    return next((word for word, at in outcomes.items() if at), "arrived")


def minutes_of(session: RatingSession) -> int | None:
    """Whole minutes from consent to the end, or to the last sign of life; None without consent."""
    ended = session.completed_at or session.stopped_at or session.last_seen_at
    start = session.consented_at
    return round((ended - start).total_seconds() / 60) if start else None
