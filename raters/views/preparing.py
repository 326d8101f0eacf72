"""Between consent and the first pair."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from raters import participating, selectors, understanding
from raters.asking import CheckForm
from raters.models import RatingSession
from raters.steps import AT_WORK, Step
from raters.views.pages import go_on, page, step_of


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def instructions(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Shown before the first pair; from then on it can be opened again from every page."""
    session = selectors.session_for(token)
    if request.method == "POST":
        participating.read_instructions(session=session, now=timezone.now())
        return go_on(selectors.session_for(token))
    step = step_of(session)
    if step in (Step.CONSENT, Step.DECLINED):
        return go_on(session)
    is_new = step is Step.INSTRUCTIONS
    has_check = bool(selectors.comprehension_questions(session))
    return page(request, session, "raters/instructions.html", is_new=is_new, has_check=has_check)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def comprehension(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """All questions on one page, twice at most. After a wrong try the page says which to look at again."""
    session = selectors.session_for(token)
    if request.method == "POST":
        return _answer_check(request, session)
    if step_of(session) is not Step.COMPREHENSION:
        return go_on(session)
    again = _to_look_at(session)
    before = selectors.last_try(session)
    form = CheckForm(selectors.comprehension_questions(session), before=before, again=again)
    return _check_page(request, session, form)


def _answer_check(request: HttpRequest, session: RatingSession) -> HttpResponseBase:
    questions = selectors.comprehension_questions(session)
    form = CheckForm(questions, request.POST, again=_to_look_at(session))
    if form.is_valid():
        now = timezone.now()
        return go_on(
            understanding.answer(session=session, attempt=form.attempt(), answers=form.answers(), now=now)
        )
    if step_of(session) is not Step.COMPREHENSION:
        return go_on(session)
    return _check_page(request, session, form, status=422)


def _to_look_at(session: RatingSession) -> frozenset[str]:
    before = selectors.last_try(session)
    document = selectors.document_for(session)
    return frozenset(selectors.wrongly_answered(document, before)) if before else frozenset()


def _check_page(
    request: HttpRequest, session: RatingSession, form: CheckForm, status: int = 200
) -> HttpResponseBase:
    attempt = selectors.tries_made(session) + 1
    template = "raters/comprehension.html"
    return page(request, session, template, status=status, form=form, attempt=attempt)


@never_cache
@require_safe
def turned_away(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The kind way out after the second try: thanks, what is paid, and how to get it."""
    session = selectors.session_for(token)
    if step_of(session) is not Step.TURNED_AWAY:
        return go_on(session)
    return page(
        request,
        session,
        "raters/turned_away.html",
        code=session.code,
        completion_url=selectors.way_back(session),
        payment=selectors.screened_out_payment(session),
    )


@never_cache
@require_safe
def feedback(request: HttpRequest, token: UUID, assignment: UUID) -> HttpResponseBase:
    """After a training pair: what most people choose, and why."""
    session = selectors.session_for(token)
    own = selectors.assignment_for(session, assignment)
    feedback = selectors.feedback_on(session, own)
    if feedback is None or step_of(session) not in AT_WORK:
        return go_on(session)
    participating.seen(session=session, now=timezone.now())
    return page(request, session, "raters/feedback.html", feedback=feedback)
