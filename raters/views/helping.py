"""On every page: help, a message, a pause, and the ways out."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from raters import leaving, messaging, participating, selectors, withdrawing
from raters.steps import AT_WORK, Step
from raters.views.pages import SeeOther, go_on, page, step_of

WAYS = ("keep", "delete")
UNSENT = {messaging.Empty: "empty", messaging.TooLong: "long", messaging.TooMany: "many"}


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
    """A message to the researcher: before consent, and after the end too."""
    session = selectors.session_for(token)
    if request.method != "POST":
        return page(request, session, "raters/message.html", sent="sent" in request.GET)
    text = request.POST.get("text", "")
    try:
        messaging.send(session=session, text=text, now=timezone.now())
    except messaging.Unsendable as refused:
        error, longest = UNSENT[type(refused)], messaging.LONGEST
        return page(
            request, session, "raters/message.html", status=422, text=text, error=error, longest=longest
        )
    return SeeOther(f"{reverse('raters:message', args=[token])}?sent")


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
    """Says what withdrawing means under this rater's consent, and does it."""
    session = selectors.session_for(token)
    if not selectors.rights_of(session).may_ask:
        return go_on(session)
    choice = request.POST.get("choice")
    if choice not in WAYS:
        status = 422 if request.method == "POST" else 200
        return page(request, session, "raters/withdraw.html", status=status)
    # A choice that this consent never offered changes nothing.
    with suppress(withdrawing.DeletionNotPromised):
        withdrawing.withdraw(session=session, delete=choice == "delete", now=timezone.now())
    session.refresh_from_db()
    return go_on(session)
