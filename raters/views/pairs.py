"""The pairs. A POST goes to its verb first, wherever the rater should be by now: no answer is lost."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from raters import drafting, participating, rating, selectors, skipping
from raters.forms import PairFacts, RatingForm, SkipForm
from raters.models import Assignment, RatingSession
from raters.steps import RATING, SECOND_PASS, Step
from raters.views.pages import SeeOther, go_on, page, step_of
from studies.protocol import MAIN, RUBRIC

#: The steps at which a phase's pages may be opened.
ROOMS = {MAIN: RATING, RUBRIC: SECOND_PASS}


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
    if phase not in selectors.document_for(session).phases:
        raise Http404
    if request.method == "POST":
        return _submit(request, session, own, phase)
    if step_of(session) not in ROOMS[phase] or not selectors.is_reachable(session, own, phase):
        return go_on(session)
    rating.mark_shown(assignment=own, now=timezone.now(), phase=phase)
    participating.seen(session=session, now=timezone.now())
    form = RatingForm(
        selectors.document_for(session),
        _facts(own, phase),
        given=selectors.given_answers(own, phase),
        draft=selectors.draft_of(own, phase),
    )
    return _pair_page(request, session, own, phase, form)


def _resting_in(phase: str) -> frozenset[Step]:
    """A page that was open when a break came due is still there to be answered."""
    return ROOMS[phase] | {Step.PAUSE}


def _facts(own: Assignment, phase: str) -> PairFacts:
    return PairFacts(phase, own.booklet.dimension_keys, own.asks_reason, own.instructed_value)


def _submit(request: HttpRequest, session: RatingSession, own: Assignment, phase: str) -> HttpResponseBase:
    form = RatingForm(selectors.document_for(session), _facts(own, phase), request.POST)
    if not form.is_valid():
        # A form that cannot be sent again is not shown again.
        if step_of(session) not in _resting_in(phase) or not selectors.may_answer(session, own, phase):
            return go_on(session)
        return _pair_page(request, session, own, phase, form, status=422)
    try:
        rating.submit(
            assignment=own,
            answers=form.answers(),
            reason=form.reason(),
            layout=form.layout(),
            now=timezone.now(),
            phase=phase,
            flags=form.flags(),
            instructed_answer=form.instructed_answer(),
            **form.counts(),
        )
    except (rating.SessionOver, rating.NotAsked):
        # What stands is kept as it is; the page that is due says where the rater is.
        return go_on(session)
    if own.kind == Assignment.Kind.TRAINING:
        return SeeOther(reverse("raters:feedback", args=[session.token, own.token]))
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
    """Called by the page's script: 204 when the form is kept as it stands, 409 when it is too late."""
    session = selectors.session_for(token)
    own = selectors.assignment_for(session, assignment)
    if phase not in selectors.document_for(session).phases:
        raise Http404
    fields = dict(request.POST.lists())
    try:
        drafting.save(assignment=own, phase=phase, fields=fields, now=timezone.now())
    except drafting.TooLate:
        return HttpResponse(status=409)
    return HttpResponse(status=204)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: HttpRequest, token: UUID, assignment: UUID, phase: str) -> HttpResponseBase:
    """Asks why, as a question that may stay open; the sending leaves the pair out."""
    session = selectors.session_for(token)
    own = selectors.assignment_for(session, assignment)
    if not selectors.may_skip(session, own, phase):
        return go_on(session)
    if request.method == "POST":
        form = SkipForm(request.POST)
        with suppress(skipping.AlreadyRated, skipping.TooLate):
            now, said = timezone.now(), {"reason": form.chosen(), "note": form.said()}
            skipping.skip(assignment=own, phase=phase, now=now, **said)
        return go_on(session)
    if step_of(session) not in _resting_in(phase) or not selectors.is_reachable(session, own, phase):
        return go_on(session)
    shown = selectors.pair_page(session, own, phase)
    return page(request, session, "raters/skip.html", page=shown, form=SkipForm())
