"""The coder's pages. A POST goes to its verb first, wherever the coder should be: no answer is lost."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from raters import selectors
from raters.coding import marking, taking_part
from raters.coding_form import CodingForm
from raters.contacts import contacts_for
from raters.models import CodingAssignment, CodingSession
from raters.views.pages import SeeOther

#: What a page says of a text that it was asked for and does not have any more.
GONE, GIVEN = "gone", "given"


def go_on(session: CodingSession, said: str = "") -> SeeOther:
    """To the page that is due; `said` is why, where that needs a sentence."""
    following = selectors.next_to_code(session)
    if session.started_at is None:
        address = reverse("raters:coding_begin", args=[session.token])
    elif session.stopped_at or following is None:
        address = reverse("raters:coding_done", args=[session.token])
    else:
        address = reverse("raters:coding_text", args=[session.token, following.token])
    return SeeOther(f"{address}?{said}" if said else address)


def page(
    request: HttpRequest, session: CodingSession, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page in the study's language. The template gets texts and addresses, never a model."""
    title, texts = selectors.texts_for_coders(session.study)
    common = {
        "token": session.token,
        "title": title,
        "texts": texts,
        "contacts": contacts_for(texts.support_contacts),
        "is_at_it": session.started_at is not None and session.stopped_at is None,
        "said": next((word for word in (GONE, GIVEN) if word in request.GET), ""),
    }
    with translation.override(texts.language):
        return render(request, f"raters/coding/{template}.html", {**common, **context}, status=status)


@never_cache
@require_safe
def here(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The coder's own address: leads to wherever they are."""
    return go_on(selectors.coding_session_for(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """What awaits the coder. From the beginning on it can be opened again from every page."""
    session = selectors.coding_session_for(token)
    if request.method == "POST":
        taking_part.begin(session=session, now=timezone.now())
        return go_on(selectors.coding_session_for(token))
    form = CodingForm(selectors.codes_of(session), "reason")
    waiting = selectors.waiting_for(session)
    return page(request, session, "begin", waiting=waiting, codebook=form)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, token: UUID, assignment: UUID) -> HttpResponseBase:
    session = selectors.coding_session_for(token)
    own = selectors.coding_assignment_for(session, assignment)
    codebook = selectors.codes_of(session)
    if request.method == "POST":
        return _send(request, session, own, CodingForm(codebook, own.passage.kind, request.POST))
    if missing := _missing(session, own):
        return missing
    now = timezone.now()
    marking.mark_shown(assignment=own, now=now)
    taking_part.seen(session=session, now=now)
    form = CodingForm(codebook, own.passage.kind, given=selectors.given_codes(own))
    return _text_page(request, session, own, form)


def _missing(session: CodingSession, own: CodingAssignment) -> SeeOther | None:
    """Where to, if this text is not there to be coded now: those before stay open, those after wait."""
    if own.passage.erased_at:
        return go_on(session, GONE)
    if own.released_at and own.coded_at is None:
        return go_on(session, GIVEN)
    following = selectors.next_to_code(session)
    is_due = following is not None and following.pk == own.pk
    is_done = own.coded_at is not None or own.skipped_at is not None
    is_at_it = session.started_at is not None and session.stopped_at is None
    return None if is_at_it and (is_due or is_done) else go_on(session)


def _send(
    request: HttpRequest, session: CodingSession, own: CodingAssignment, form: CodingForm
) -> HttpResponseBase:
    if own.passage.erased_at:
        return go_on(session, GONE)
    if not form.is_valid():
        # Where nothing could change any more, the page that is due says so.
        ended = session.started_at is None or session.stopped_at
        return go_on(session) if ended else _text_page(request, session, own, form, status=422)
    try:
        marking.mark(assignment=own, now=timezone.now(), **form.answers())
    except marking.TextGone:
        return go_on(session, GONE)
    except marking.BadCodes:
        form.add_error(None, form.fields["codes"].error_messages["invalid_choice"])
        return _text_page(request, session, own, form, status=422)
    except marking.Ended:
        session.refresh_from_db()
    return go_on(session)


def _text_page(
    request: HttpRequest, session: CodingSession, own: CodingAssignment, form: CodingForm, status: int = 200
) -> HttpResponse:
    shown = selectors.coding_page(session, own)
    return page(request, session, "text", status=status, page=shown, form=form)


@csrf_exempt
@never_cache
@require_POST
def draft(request: HttpRequest, token: UUID, assignment: UUID) -> HttpResponseBase:
    """Called by the page's script: 204 when the form is kept as it stands, 409 when it is too late."""
    own = selectors.coding_assignment_for(selectors.coding_session_for(token), assignment)
    try:
        marking.keep_draft(assignment=own, fields=dict(request.POST.lists()), now=timezone.now())
    except (marking.Ended, marking.TextGone):
        return HttpResponse(status=409)
    return HttpResponse(status=204)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: HttpRequest, token: UUID, assignment: UUID) -> HttpResponseBase:
    """A text that is too hard to read, or cannot be coded: says why, if the coder likes, and goes on."""
    session = selectors.coding_session_for(token)
    own = selectors.coding_assignment_for(session, assignment)
    if request.method == "POST":
        note = request.POST.get("note", "").replace("\0", "").replace("\r\n", "\n").strip()
        with suppress(marking.Ended, marking.TextGone):
            marking.skip(assignment=own, note=note[: marking.LONGEST_NOTE], now=timezone.now())
        return go_on(session)
    if own.coded_at:
        return go_on(session)
    if missing := _missing(session, own):
        return missing
    given = selectors.given_codes(own)
    return page(request, session, "skip", assignment=own.token, note=given.note, longest=marking.LONGEST_NOTE)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The way out on every page: asks once, then ends for good."""
    session = selectors.coding_session_for(token)
    if request.method == "POST":
        taking_part.stop(session=session, now=timezone.now())
        return go_on(selectors.coding_session_for(token))
    if session.started_at is None or session.stopped_at:
        return go_on(session)
    return page(request, session, "stop", waiting=selectors.waiting_for(session))


@never_cache
@require_safe
def support(request: HttpRequest, token: UUID) -> HttpResponseBase:
    return page(request, selectors.coding_session_for(token), "support")


@never_cache
@require_safe
def earlier(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """What the coder has coded or left out, to be looked at and changed."""
    session = selectors.coding_session_for(token)
    if session.started_at is None or session.stopped_at:
        return go_on(session)
    return page(request, session, "earlier", rows=selectors.done_rows(session))


@never_cache
@require_safe
def done(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """Thanks. Until the coder stops, what was given can be changed, and new texts may come."""
    session = selectors.coding_session_for(token)
    waiting = selectors.waiting_for(session)
    if session.started_at is None or (waiting.open and not session.stopped_at):
        return go_on(session)
    return page(request, session, "done", waiting=waiting)
