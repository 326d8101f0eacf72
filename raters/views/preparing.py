"""Between consent and the first pair."""

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
def instructions(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Shown before the first pair; from then on it can be opened again from every page."""
    session = selectors.session_for(token)
    if request.method == "POST":
        participating.read_instructions(session=session, now=timezone.now())
        return go_on(selectors.session_for(token))
    if step_of(session) in (Step.CONSENT, Step.DECLINED):
        return go_on(session)
    return page(request, session, "raters/instructions.html")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def comprehension(request: HttpRequest, token: UUID) -> HttpResponseBase:
    return go_on(selectors.session_for(token))


@never_cache
@require_safe
def turned_away(request: HttpRequest, token: UUID) -> HttpResponseBase:
    return go_on(selectors.session_for(token))


@never_cache
@require_safe
def feedback(request: HttpRequest, token: UUID, assignment: UUID) -> HttpResponseBase:
    return go_on(selectors.session_for(token))
