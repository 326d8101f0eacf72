"""On every page: help, a message, a pause, and the ways out."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from raters import leaving, participating, selectors
from raters.steps import AT_WORK, Step
from raters.views.pages import go_on, page, step_of


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The way out on every page: asks once, then ends with a code for what was done."""
    session = selectors.session_for(token)
    if step_of(session) not in AT_WORK:
        return go_on(session)
    if request.method == "POST":
        return go_on(leaving.stop(session=session, now=timezone.now()))
    return page(request, session, "raters/stop.html", pairs=selectors.pairs_rated(session))


@never_cache
@require_safe
def support(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Where to find help, one tap from every page."""
    return page(request, selectors.session_for(token), "raters/support.html")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, token: UUID) -> HttpResponseBase:
    return go_on(selectors.session_for(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """A break that is due. Being here is resting: the page does not say that the rater is at work."""
    session = selectors.session_for(token)
    now = timezone.now()
    if request.method == "POST" and request.POST.get("answer") == "on":
        return go_on(participating.rest(session=session, now=now))
    if step_of(session) is not Step.PAUSE:
        return go_on(session)
    return page(request, session, "raters/pause.html", pause=selectors.pause_of(session, now))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: UUID) -> HttpResponseBase:
    return go_on(selectors.session_for(token))
