"""The join link, and consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from raters import arriving, claiming, outcomes, selectors
from raters.channels import INVITED, arrival_from
from raters.models import RatingSession
from raters.outcomes import Outcome
from raters.steps import Step
from raters.views.pages import SeeOther, go_on, page, step_of
from studies.protocol import Theme


@dataclass(frozen=True, slots=True)
class ThemeBox:
    """A theme that a rater may opt out of, as the consent page shows it."""

    number: str
    label: str
    is_ticked: bool


#: Why somebody cannot come in: the page that says so, and its status.
REFUSALS: Final[dict[type[Exception], tuple[str, int]]] = {
    arriving.OnlyLooking: ("accept_first", 200),
    arriving.StudyNotOpen: ("not_open", 200),
    arriving.UnknownPerson: ("unknown_person", 400),
    arriving.NotYours: ("not_yours", 403),
}


@never_cache
@require_safe
def join(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The link on the platform: notes who came, takes nothing, goes on to an address without the ids."""
    study = selectors.study_for_raters(slug)
    if request.method == "HEAD":
        return HttpResponse()
    arrival = arrival_from(selectors.recruitment_of(study).channel, request.GET.dict())
    known = _remembered(request, slug)
    try:
        session = arriving.arrive(study=study, arrival=arrival, known_token=known, now=timezone.now())
    except tuple(REFUSALS) as refused:
        return _refuse(request, slug, type(refused))
    answer = SeeOther(reverse("raters:here", args=[session.token]))
    _remember(answer, request, slug, session.token)
    return answer


def _refuse(request: HttpRequest, slug: str, why: type[Exception]) -> HttpResponseBase:
    """Why somebody cannot come in, in the study's language and in the platform's own words."""
    study = selectors.study_for_raters(slug)
    recruitment = selectors.recruitment_of(study)
    name, status = REFUSALS[why]
    context = {
        "title": study.title,
        "please_return": outcomes.please_return(recruitment),
        "is_invited": recruitment.channel == INVITED,
    }
    with translation.override(study.language):
        return render(request, f"raters/{name}.html", context, status=status)


@never_cache
@require_safe
def here(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """A rater's own address: sends them to where they should be."""
    return go_on(selectors.session_for(token))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, token: UUID) -> HttpResponseBase:
    session = selectors.session_for(token)
    if request.method == "POST":
        return _answer_consent(request, session)
    if step_of(session) not in (Step.CONSENT, Step.DECLINED):
        return go_on(session)
    if not session.study.is_open:
        return _turn_back(request, session, "not_open")
    if not claiming.has_room(session.study):
        return _turn_back(request, session, "full")
    return _consent_page(request, session)


def _answer_consent(request: HttpRequest, session: RatingSession) -> HttpResponseBase:
    answer, now = request.POST.get("answer"), timezone.now()
    if answer not in ("yes", "no"):
        return _consent_page(request, session, status=422, unanswered=True)
    chosen = request.POST.getlist("theme")
    try:
        if answer == "no":
            return go_on(arriving.decline(session=session, now=now))
        opted_out = [theme.tag for number, theme in _themes(session) if number in chosen]
        return go_on(arriving.consent(session=session, now=now, opted_out=opted_out))
    except arriving.StudyFull:
        return _turn_back(request, session, "full")
    except arriving.StudyNotOpen:
        return _turn_back(request, session, "not_open")
    except arriving.Gone:
        raise Http404 from None


def _consent_page(
    request: HttpRequest, session: RatingSession, *, status: int = 200, **context: object
) -> HttpResponseBase:
    """Themes stand in it by number: their tags are the researcher's."""
    ticked = request.POST.getlist("theme")
    themes = [ThemeBox(number, theme.label, number in ticked) for number, theme in _themes(session)]
    shown = {"themes": themes, "withdrawal": selectors.document_for(session).journey.withdrawal}
    return page(request, session, "raters/consent.html", status=status, **shown, **context)


def _themes(session: RatingSession) -> list[tuple[str, Theme]]:
    themes = selectors.document_for(session).journey.themes
    return [(str(number), theme) for number, theme in enumerate(themes, start=1)]


@never_cache
@require_safe
def declined(request: HttpRequest, token: UUID) -> HttpResponseBase:
    session = selectors.session_for(token)
    if step_of(session) is not Step.DECLINED:
        return go_on(session)
    recruitment = selectors.recruitment_of(session.study)
    return _turn_back(
        request,
        session,
        "declined",
        code=outcomes.code_for(recruitment, Outcome.NO_CONSENT),
        completion_url=outcomes.address_for(recruitment, Outcome.NO_CONSENT),
    )


def _turn_back(request: HttpRequest, session: RatingSession, name: str, **context: Any) -> HttpResponseBase:
    """A page that ends a visit before any work, and asks for the place on the platform back."""
    words = outcomes.please_return(selectors.recruitment_of(session.study))
    return page(request, session, f"raters/{name}.html", please_return=words, **context)


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
