"""From the last pair to the code: looking back, the blinding check, the survey, the debrief."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from raters import participating, selectors
from raters.steps import Step
from raters.views.pages import go_on, page, step_of


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
    return page(request, session, "raters/review.html", rows=selectors.review_rows(session))


@never_cache
@require_safe
def done(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The code, as often as the rater wants to see it."""
    session = selectors.session_for(token)
    if step_of(session) not in (Step.DONE, Step.STOPPED, Step.WITHDRAWN):
        return go_on(session)
    return page(
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
def blinding(request: HttpRequest, token: UUID) -> HttpResponseBase:
    return go_on(selectors.session_for(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: UUID) -> HttpResponseBase:
    return go_on(selectors.session_for(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def debrief(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """What the study compared; after this the code."""
    session = selectors.session_for(token)
    if request.method == "POST":
        try:
            return go_on(participating.finish(session=session, now=timezone.now()))
        except participating.PairsOpen:
            return go_on(session)
    if step_of(session) is not Step.DEBRIEF:
        return go_on(session)
    return page(request, session, "raters/debrief.html")
