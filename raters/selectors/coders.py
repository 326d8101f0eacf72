"""What a coder's page may show. Nothing here says whose words a text is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404

from raters.models import CodingAssignment, CodingAssignmentQuerySet, CodingSession
from studies import freezing
from studies.codebook import CodebookDocument
from studies.coding.selectors import shown_for
from studies.coding.shown import ShownPassage
from studies.comparison import ShownTurn
from studies.models import Passage, Study
from studies.protocol import Texts
from studies.selectors import current_protocol

#: So many turns before a reply are shown at once; those before them are folded away.
LAST_TURNS = 2
#: Words of a text by which a coder finds it again.
EXCERPT = 12


@dataclass(frozen=True, slots=True)
class CodingPage:
    """All that a coder's page knows of a text. `assignment` and `previous` are random addresses."""

    shown: ShownPassage
    assignment: UUID
    number: int
    total: int
    done: int
    previous: UUID | None
    is_correction: bool
    is_skipped: bool

    @property
    def earlier_turns(self) -> tuple[ShownTurn, ...]:
        return self.shown.turns[:-LAST_TURNS]

    @property
    def last_turns(self) -> tuple[ShownTurn, ...]:
        return self.shown.turns[-LAST_TURNS:]


@dataclass(frozen=True, slots=True)
class Given:
    """What stands on a text: as it was sent, or as the form stood last."""

    codes: frozenset[str] = frozenset()
    none: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A coder's work: what is open of each kind, and what is done."""

    reasons: int
    replies: int
    coded: int
    skipped: int

    @property
    def open(self) -> int:
        return self.reasons + self.replies


@dataclass(frozen=True, slots=True)
class DoneRow:
    number: int
    assignment: UUID
    excerpt: str
    is_skipped: bool


def coding_session_for(token: UUID) -> CodingSession:
    return get_object_or_404(CodingSession.objects.select_related("study", "codebook"), token=token)


def coding_assignment_for(session: CodingSession, token: UUID) -> CodingAssignment:
    rows = CodingAssignment.objects.select_related("passage__dialogue", "session")
    return get_object_or_404(rows, session=session, token=token)


def texts_for_coders(study: Study) -> tuple[str, Texts]:
    """Title and texts as raters read them; those that are being written where nothing is frozen yet."""
    frozen = current_protocol(study)
    if frozen is None:
        return study.title, freezing.texts_of(study)
    document = frozen.document()
    return document.title, document.texts


def codes_of(session: CodingSession) -> CodebookDocument:
    return session.codebook.document()


def next_to_code(session: CodingSession) -> CodingAssignment | None:
    return CodingAssignment.objects.filter(session=session).open().order_by("position").first()


def coding_page(session: CodingSession, own: CodingAssignment) -> CodingPage:
    rows = live_of(session)
    before = rows.done().filter(position__lt=own.position).order_by("-position").first()
    counts = rows.aggregate(
        number=Count("pk", filter=Q(position__lte=own.position)),
        total=Count("pk"),
        done=Count("pk", filter=Q(coded_at__isnull=False) | Q(skipped_at__isnull=False)),
    )
    return CodingPage(
        shown=shown_for(own.passage, session.codebook),
        assignment=own.token,
        previous=before.token if before else None,
        is_correction=own.coded_at is not None,
        is_skipped=own.skipped_at is not None,
        **counts,
    )


def live_of(session: CodingSession) -> CodingAssignmentQuerySet:
    return CodingAssignment.objects.filter(session=session).live()


def given_codes(own: CodingAssignment) -> Given:
    """The draft where there is one."""
    if own.draft:
        codes = frozenset(own.draft.get("codes", ()))
        return Given(codes, bool(own.draft.get("none")), str(own.draft.get("note", "")))
    codes = frozenset(own.marks.values_list("code__key", flat=True))
    return Given(codes, own.coded_at is not None and not codes, own.note)


def waiting_for(session: CodingSession) -> Waiting:
    is_open = Q(coded_at__isnull=True, skipped_at__isnull=True)
    return Waiting(
        **live_of(session).aggregate(
            reasons=Count("pk", filter=is_open & Q(passage__kind=Passage.Kind.REASON)),
            replies=Count("pk", filter=is_open & Q(passage__kind=Passage.Kind.REPLY)),
            coded=Count("pk", filter=Q(coded_at__isnull=False)),
            skipped=Count("pk", filter=Q(skipped_at__isnull=False)),
        )
    )


def done_rows(session: CodingSession) -> list[DoneRow]:
    """What was coded or skipped, by the numbers on the pages."""
    rows = (
        live_of(session).order_by("position").values_list("token", "passage__text", "coded_at", "skipped_at")
    )
    return [
        DoneRow(number, token, _excerpt(text), skipped is not None)
        for number, (token, text, coded, skipped) in enumerate(rows, start=1)
        if coded or skipped
    ]


def _excerpt(text: str) -> str:
    words = text.split()
    return " ".join(words[:EXCERPT]) + (" …" if len(words) > EXCERPT else "")
