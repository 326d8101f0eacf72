"""What all pages of a session share: where the rater should be, and the frame around a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from raters import selectors
from raters.contacts import contacts_for
from raters.models import RatingSession
from raters.steps import AT_WORK, Step, current_step
from studies.protocol import MAIN, RUBRIC

#: Steps that show a page of another name, and steps at which a pair is due.
PAGES = {Step.STOPPED: "done", Step.WITHDRAWN: "done"}
PHASES = {Step.PAIR: MAIN, Step.RUBRIC: RUBRIC}


class SeeOther(HttpResponseRedirectBase):
    """303: go on with GET, so that a reload never sends a form again."""

    status_code = 303


def step_of(session: RatingSession) -> Step:
    return current_step(selectors.facts_of(session, timezone.now()))


def go_on(session: RatingSession) -> SeeOther:
    """To the page of the step that is due."""
    due = step_of(session)
    following = selectors.next_assignment(session, PHASES[due]) if due in PHASES else None
    more = [following.token] if following else []
    return SeeOther(reverse(f"raters:{PAGES.get(due, due.value)}", args=[session.token, *more]))


def page(
    request: HttpRequest, session: RatingSession, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of a session, in the study's language. The template gets texts and addresses, never a model."""
    document = selectors.document_for(session)
    common = {
        "token": session.token,
        "title": document.title,
        "texts": document.texts,
        "contacts": contacts_for(document.texts.support_contacts),
        "may_stop": step_of(session) in AT_WORK,
        "rights": selectors.rights_of(session),
    }
    with translation.override(document.texts.language):
        return render(request, template, {**common, **context}, status=status)
