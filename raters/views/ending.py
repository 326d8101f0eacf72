"""From the last pair to the code: looking back, the blinding check, the survey, the debrief."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from raters import debriefing, guessing, participating, selectors, surveying
from raters.asking import ComparedForm, GuessForm, SurveyForm
from raters.models import RatingSession
from raters.steps import Step
from raters.views.pages import go_on, page, step_of
from studies.protocol import MAIN, RUBRIC


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """All pairs are rated: look back, change, or finish."""
    session = selectors.session_for(token)
    if request.method == "POST":
        try:
            return go_on(participating.review(session=session, now=timezone.now()))
        except participating.PairsOpen:
            return go_on(session)
    if step_of(session) is not Step.REVIEW:
        return go_on(session)
    rows = selectors.review_rows(session, MAIN)
    skipped = sum(row.is_skipped for row in rows)
    rubric_rows = selectors.review_rows(session, RUBRIC)
    are_settled = selectors.has_settled(session, MAIN)
    return page(
        request,
        session,
        "raters/review.html",
        rows=[] if are_settled else rows,
        rubric_rows=rubric_rows,
        are_settled=are_settled,
        skipped=skipped,
        answered=len(rows) - skipped,
    )


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def blinding(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """First what was compared, in the rater's words; then pairs once more: who wrote the replies?"""
    session = selectors.session_for(token)
    if request.method == "POST":
        return _answer_blinding(request, session)
    if step_of(session) is not Step.BLINDING:
        return go_on(session)
    participating.seen(session=session, now=timezone.now())
    if not selectors.has_said_what_was_compared(session):
        return page(request, session, "raters/compared.html", form=ComparedForm())
    shown = selectors.next_guess(session)
    return page(request, session, "raters/guess.html", form=GuessForm(), shown=shown)


def _answer_blinding(request: HttpRequest, session: RatingSession) -> HttpResponseBase:
    # A guess that is not asked for is not kept: the page that is due says where the rater is.
    with suppress(guessing.NotAsked):
        if "pair" in request.POST:
            return _answer_guess(request, session)
        form = ComparedForm(request.POST)
        if form.is_valid():
            guessing.say_compared(session=session, text=form.text(), now=timezone.now())
        elif step_of(session) is Step.BLINDING:
            return page(request, session, "raters/compared.html", form=form, status=422)
    return go_on(session)


def _answer_guess(request: HttpRequest, session: RatingSession) -> HttpResponseBase:
    own = selectors.assignment_for(session, _uuid_in(request.POST["pair"]))
    form = GuessForm(request.POST)
    if form.is_valid():
        first, second = form.guessed("first"), form.guessed("second")
        guessing.guess(assignment=own, first=first, second=second, now=timezone.now())
        return go_on(session)
    shown = selectors.next_guess(session)
    if step_of(session) is not Step.BLINDING or shown is None or shown.assignment != own.token:
        return go_on(session)
    return page(request, session, "raters/guess.html", form=form, shown=shown, status=422)


def _uuid_in(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """A few questions about the rater and the study, each of them optional."""
    session = selectors.session_for(token)
    questions = selectors.survey_questions(session)
    form = SurveyForm(questions, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return go_on(surveying.send(session=session, answers=form.answers(), now=timezone.now()))
    if step_of(session) is not Step.SURVEY:
        return go_on(session)
    participating.seen(session=session, now=timezone.now())
    return page(request, session, "raters/survey.html", form=form, status=422 if form.is_bound else 200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def debrief(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """What the study compared, and whether what was given is kept; after this the code."""
    session = selectors.session_for(token)
    if request.method == "POST":
        delete = request.POST.get("choice") == "delete"
        try:
            return go_on(debriefing.conclude(session=session, delete=delete, now=timezone.now()))
        except (debriefing.NotDue, participating.PairsOpen):
            return go_on(session)
    if step_of(session) is not Step.DEBRIEF:
        return go_on(session)
    participating.seen(session=session, now=timezone.now())
    return page(request, session, "raters/debrief.html", may_delete=_may_delete(session))


def _may_delete(session: RatingSession) -> bool:
    return selectors.document_for(session).journey.withdrawal == "either"


@never_cache
@require_safe
def done(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The code, as often as the rater wants to see it, and what became of what they gave."""
    session = selectors.session_for(token)
    step = step_of(session)
    if step not in (Step.DONE, Step.STOPPED, Step.WITHDRAWN):
        return go_on(session)
    return page(
        request,
        session,
        "raters/done.html",
        end=step.value,
        is_deleted=session.erased_at is not None,
        may_delete=step is not Step.WITHDRAWN and _may_delete(session),
        code=session.code,
        completion_url=selectors.way_back(session),
        pairs=selectors.pairs_rated(session),
    )
