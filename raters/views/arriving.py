"""The join link, and consent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from raters import arriving, selectors
from raters.channels import arrival_from
from raters.models import RatingSession
from raters.steps import Step
from raters.views.pages import SeeOther, go_on, page, step_of
from studies.protocol import Theme


@dataclass(frozen=True, slots=True)
class ThemeBox:
    """A theme that a rater may opt out of, as the consent page shows it."""

    number: str
    label: str
    is_ticked: bool


@never_cache
@require_GET
def join(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The link on the platform: notes who came, takes nothing, goes on to an address without the ids."""
    study = selectors.study_for_raters(slug)
    arrival = arrival_from(selectors.recruitment_of(study).channel, request.GET.dict())
    try:
        session = arriving.arrive(
            study=study, arrival=arrival, known_token=_remembered(request, slug), now=timezone.now()
        )
    except arriving.StudyNotOpen:
        return render(request, "raters/not_open.html", {"title": study.title})
    except arriving.UnknownPerson:
        return render(request, "raters/unknown_person.html", {"title": study.title}, status=400)
    except arriving.NotYours:
        return render(request, "raters/not_yours.html", {"title": study.title}, status=403)
    answer = SeeOther(reverse("raters:here", args=[session.token]))
    _remember(answer, request, slug, session.token)
    return answer


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
        return page(request, session, "raters/not_open.html")
    if not arriving.has_room(session.study):
        return page(request, session, "raters/full.html")
    return _consent_page(request, session)


def _answer_consent(request: HttpRequest, session: RatingSession) -> HttpResponseBase:
    if request.POST.get("answer") == "no":
        return go_on(arriving.decline(session=session, now=timezone.now()))
    if request.POST.get("answer") != "yes":
        return _consent_page(request, session, status=422, unanswered=True)
    opted_out = [theme.tag for number, theme in _themes(session) if number in request.POST.getlist("theme")]
    try:
        return go_on(arriving.consent(session=session, now=timezone.now(), opted_out=opted_out))
    except arriving.StudyFull:
        return page(request, session, "raters/full.html")
    except arriving.StudyNotOpen:
        return page(request, session, "raters/not_open.html")


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
    return page(request, session, "raters/declined.html")


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
