"""The pairs. A POST goes to its verb first, wherever the rater should be by now: no answer is lost."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from raters import participating, rating, selectors
from raters.forms import RatingForm
from raters.models import Assignment, RatingSession
from raters.steps import RATING, Step
from raters.views.pages import go_on, page, step_of
from studies.protocol import MAIN, RUBRIC


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, token: UUID, assignment: UUID) -> HttpResponseBase:
    return _rated(request, token, assignment, MAIN)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rubric(request: HttpRequest, token: UUID, assignment: UUID) -> HttpResponseBase:
    """The same pair again: now the rows of the rubric."""
    return _rated(request, token, assignment, RUBRIC)


def _rated(request: HttpRequest, token: UUID, assignment: UUID, phase: str) -> HttpResponseBase:
    session = selectors.session_for(token)
    own = selectors.assignment_for(session, assignment)
    if request.method == "POST":
        return _submit(request, session, own, phase)
    if step_of(session) not in RATING or not selectors.is_reachable(session, own, phase):
        return go_on(session)
    rating.mark_shown(assignment=own, now=timezone.now())
    participating.seen(session=session, now=timezone.now())
    given = selectors.given_answers(own, phase)
    form = RatingForm(
        selectors.document_for(session),
        own.booklet.dimension_keys,
        phase,
        answers=given.answers,
        reason=given.reason,
    )
    return _pair_page(request, session, own, phase, form)


def _submit(request: HttpRequest, session: RatingSession, own: Assignment, phase: str) -> HttpResponseBase:
    form = RatingForm(selectors.document_for(session), own.booklet.dimension_keys, phase, request.POST)
    if not form.is_valid():
        if step_of(session) in (Step.DONE, Step.STOPPED):
            return go_on(session)
        return _pair_page(request, session, own, phase, form, status=422)
    # A session that is over keeps what stands; the page with the code, where this goes on to, says so.
    with suppress(rating.SessionOver):
        rating.submit(
            assignment=own,
            answers=form.answers(),
            reason=form.reason(),
            layout=form.layout(),
            now=timezone.now(),
            phase=phase,
        )
    return go_on(session)


def _pair_page(
    request: HttpRequest,
    session: RatingSession,
    own: Assignment,
    phase: str,
    form: RatingForm,
    status: int = 200,
) -> HttpResponse:
    shown = selectors.pair_page(session, own, phase)
    return page(request, session, "raters/pair.html", status=status, page=shown, form=form)


@csrf_exempt
@never_cache
@require_POST
def draft(request: HttpRequest, token: UUID, assignment: UUID, phase: str) -> HttpResponseBase:
    return go_on(selectors.session_for(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: HttpRequest, token: UUID, assignment: UUID, phase: str) -> HttpResponseBase:
    return go_on(selectors.session_for(token))
