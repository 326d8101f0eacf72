"""The rater's pages. Each fetches, asks `current_step`, calls one verb, answers.

A session's address is its only key, and there is no cookie that a foreign page could abuse, so these views
need no CSRF token: whoever can forge the request already knows the secret. A rater who comes back late, with
cookies gone, therefore never loses an answer to a refused form.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from raters import participating, rating, selectors
from raters.channels import arrival_from
from raters.forms import RatingForm
from raters.models import Assignment, RatingSession
from raters.steps import Step, current_step


class SeeOther(HttpResponseRedirectBase):
    """303: go on with GET, so that a reload never sends a form again."""

    status_code = 303


@never_cache
@require_GET
def join(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The link on the platform: notes who came, takes nothing, goes on to an address without the ids."""
    study = selectors.study_for_raters(slug)
    arrival = arrival_from(selectors.recruitment_of(study).channel, request.GET.dict())
    try:
        session = participating.arrive(
            study=study, arrival=arrival, known_token=_remembered(request, slug), now=timezone.now()
        )
    except participating.StudyNotOpen:
        return render(request, "raters/not_open.html", {"title": study.title})
    except participating.UnknownPerson:
        return render(request, "raters/unknown_person.html", {"title": study.title}, status=400)
    except participating.NotYours:
        return render(request, "raters/not_yours.html", {"title": study.title}, status=403)
    answer = SeeOther(reverse("raters:here", args=[session.token]))
    _remember(answer, request, slug, session.token)
    return answer


@never_cache
@require_safe
def here(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """A rater's own address: sends them to where they should be."""
    return _go_on(selectors.session_for(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, token: UUID) -> HttpResponseBase:
    session = selectors.session_for(token)
    if request.method == "POST":
        return _answer_consent(request, session)
    if _step_of(session) not in (Step.CONSENT, Step.DECLINED):
        return _go_on(session)
    if not session.study.is_open:
        return _page(request, session, "raters/not_open.html")
    if not participating.has_room(session.study):
        return _page(request, session, "raters/full.html")
    return _page(request, session, "raters/consent.html")


def _answer_consent(request: HttpRequest, session: RatingSession) -> HttpResponseBase:
    if request.POST.get("answer") == "no":
        return _go_on(participating.decline(session=session, now=timezone.now()))
    if request.POST.get("answer") != "yes":
        return _page(request, session, "raters/consent.html", status=422, unanswered=True)
    try:
        return _go_on(participating.consent(session=session, now=timezone.now()))
    except participating.StudyFull:
        return _page(request, session, "raters/full.html")
    except participating.StudyNotOpen:
        return _page(request, session, "raters/not_open.html")


@never_cache
@require_safe
def declined(request: HttpRequest, token: UUID) -> HttpResponseBase:
    session = selectors.session_for(token)
    if _step_of(session) is not Step.DECLINED:
        return _go_on(session)
    return _page(request, session, "raters/declined.html")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def instructions(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Shown before the first pair; from then on it can be opened again from every page."""
    session = selectors.session_for(token)
    if request.method == "POST":
        participating.read_instructions(session=session, now=timezone.now())
        return _go_on(selectors.session_for(token))
    if _step_of(session) in (Step.CONSENT, Step.DECLINED):
        return _go_on(session)
    return _page(request, session, "raters/instructions.html")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, token: UUID, assignment: UUID) -> HttpResponseBase:
    """One pair. A POST goes to its verb first, wherever the rater should be by now: no answer is lost."""
    session = selectors.session_for(token)
    own = selectors.assignment_for(session, assignment)
    if request.method == "POST":
        return _submit(request, session, own)
    if _step_of(session) not in (Step.PAIR, Step.REVIEW) or not selectors.is_reachable(session, own):
        return _go_on(session)
    rating.mark_shown(assignment=own, now=timezone.now())
    participating.seen(session=session, now=timezone.now())
    given = selectors.given_answers(own)
    form = RatingForm(
        selectors.document_for(session),
        own.booklet.dimension_keys,
        answers=given.answers,
        reason=given.reason,
    )
    return _pair_page(request, session, own, form)


def _submit(request: HttpRequest, session: RatingSession, own: Assignment) -> HttpResponseBase:
    form = RatingForm(selectors.document_for(session), own.booklet.dimension_keys, request.POST)
    if not form.is_valid():
        if _step_of(session) in (Step.DONE, Step.STOPPED):
            return _go_on(session)
        return _pair_page(request, session, own, form, status=422)
    # A session that is over keeps what stands; the page with the code, where this goes on to, says so.
    with suppress(rating.SessionOver):
        rating.submit(
            assignment=own,
            answers=form.answers(),
            reason=form.reason(),
            layout=form.layout(),
            now=timezone.now(),
        )
    return _go_on(session)


def _pair_page(
    request: HttpRequest, session: RatingSession, own: Assignment, form: RatingForm, status: int = 200
) -> HttpResponse:
    return _page(
        request, session, "raters/pair.html", status=status, page=selectors.pair_page(session, own), form=form
    )


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """All pairs are rated: look back, change, or finish."""
    session = selectors.session_for(token)
    if request.method == "POST":
        try:
            return _go_on(participating.finish(session=session, now=timezone.now()))
        except participating.PairsOpen:
            return _go_on(session)
    if _step_of(session) is not Step.REVIEW:
        return _go_on(session)
    return _page(request, session, "raters/review.html", rows=selectors.review_rows(session))


@never_cache
@require_safe
def done(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The code, as often as the rater wants to see it."""
    session = selectors.session_for(token)
    if _step_of(session) not in (Step.DONE, Step.STOPPED):
        return _go_on(session)
    return _page(
        request,
        session,
        "raters/done.html",
        code=session.code,
        completion_url=selectors.way_back(session),
        pairs=selectors.pairs_rated(session),
        stopped_early=session.stopped_at is not None,
    )


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The way out on every page: asks once, then ends with a code for what was done."""
    session = selectors.session_for(token)
    if _step_of(session) not in (Step.INSTRUCTIONS, Step.PAIR, Step.REVIEW):
        return _go_on(session)
    if request.method == "POST":
        return _go_on(participating.stop(session=session, now=timezone.now()))
    return _page(request, session, "raters/stop.html", pairs=selectors.pairs_rated(session))


@never_cache
@require_safe
def support(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Where to find help, one tap from every page."""
    return _page(request, selectors.session_for(token), "raters/support.html")


def _step_of(session: RatingSession) -> Step:
    return current_step(selectors.facts_of(session))


def _go_on(session: RatingSession) -> SeeOther:
    """To the page of the step that is due."""
    due = _step_of(session)
    if due is Step.PAIR:
        following = selectors.next_assignment(session)
        if following is not None:
            return SeeOther(reverse("raters:pair", args=[session.token, following.token]))
        due = Step.REVIEW
    page = {Step.STOPPED: "done", Step.DONE: "done"}.get(due, due.value)
    return SeeOther(reverse(f"raters:{page}", args=[session.token]))


def _page(
    request: HttpRequest, session: RatingSession, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of a session. The template gets texts and addresses, never a model."""
    document = selectors.document_for(session)
    has_begun = _step_of(session) in (Step.INSTRUCTIONS, Step.PAIR, Step.REVIEW)
    common = {
        "token": session.token,
        "title": document.title,
        "texts": document.texts,
        "has_begun": has_begun,
    }
    return render(request, template, {**common, **context}, status=status)


def _cookie_name(slug: str) -> str:
    return f"rater-{slug}"


def _remember(answer: HttpResponseBase, request: HttpRequest, slug: str, token: UUID) -> None:
    """The same browser finds its session again through the join link."""
    answer.set_cookie(
        _cookie_name(slug),
        str(token),
        max_age=60 * 60 * 24 * 60,
        path=reverse("raters:join", args=[slug]),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def _remembered(request: HttpRequest, slug: str) -> UUID | None:
    try:
        return UUID(request.COOKIES.get(_cookie_name(slug), ""))
    except ValueError:
        return None
