"""The REST API's studies with their progress, and verdicts. For staff, read-only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Any, Final, get_type_hints

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from raters.selectors import Progress, progress_by_study
from raters.verdicts import Verdict, judgments_of, ratings_of, verdicts_for, verdicts_for_judgments
from studies.api import ERRORS, LARGEST_PAGE, Pages, StaffWhoMayExport, StaffWhoMayLook, page_size_in
from studies.models import Protocol, Study

RowsOf = Callable[[Study], QuerySet[Any]]
VerdictsFor = Callable[[Study, Sequence[int]], list[Verdict]]
#: By the query's `source_kind`: the rows that are paged, and the verdicts of some of them.
SOURCES: Final[dict[str, tuple[RowsOf, VerdictsFor]]] = {
    "rater": (ratings_of, verdicts_for),
    "judge": (judgments_of, verdicts_for_judgments),
}
FIELD_TYPES: Final[dict[Any, type[serializers.Field[Any, Any, Any, Any]]]] = {
    str: serializers.CharField,
    int: serializers.IntegerField,
    bool: serializers.BooleanField,
}


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """A study as the API tells it. `state` is draft, frozen, open or closed."""

    study: str
    title: str
    state: str
    opened_at: datetime | None
    closed_at: datetime | None
    protocol_hash: str
    exploratory: bool
    scale: int
    progress: Progress


class ProgressSerializer(serializers.Serializer[Progress]):
    """Sessions, booklets and ratings, counted now. `surplus` ratings came after the pair was given away."""

    arrived = serializers.IntegerField()
    consented = serializers.IntegerField()
    completed = serializers.IntegerField()
    stopped = serializers.IntegerField()
    timed_out = serializers.IntegerField()
    booklets = serializers.IntegerField()
    booklets_free = serializers.IntegerField()
    planned = serializers.IntegerField(help_text="Ratings that the plan asks for.")
    held_back = serializers.IntegerField(
        help_text="Planned pairs that wait in remainders too small for a place of their own."
    )
    rated = serializers.IntegerField()
    surplus = serializers.IntegerField()
    rubric_planned = serializers.IntegerField(
        help_text="Of the planned ratings, those that a second pass asks the rubric on; 0 without one."
    )
    rubric_rated = serializers.IntegerField(help_text="Of these, those that got the rubric.")
    turned_away = serializers.IntegerField(help_text="Did not pass the comprehension check.")
    withdrawn = serializers.IntegerField(help_text="Withdrew, whether their answers were deleted or not.")
    returned = serializers.IntegerField(help_text="Gave their place back on the platform.")
    skipped = serializers.IntegerField(help_text="Pairs that raters skipped, each rater's counted.")
    median_minutes = serializers.FloatField(allow_null=True)


class StudySerializer(serializers.Serializer[Any]):
    study = serializers.SlugField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=["draft", "frozen", "open", "closed"])
    opened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    protocol_hash = serializers.CharField(help_text="Empty until the study is frozen.")
    exploratory = serializers.BooleanField(help_text="The protocol names no confirmatory contrast.")
    scale = serializers.ChoiceField(choices=[2, 3, 4, 5], help_text="Number of answer options.")
    progress = ProgressSerializer()


class VerdictSerializer(serializers.Serializer[Any]):
    """One rating on one dimension: the columns of verdicts.csv (docs/codebook.md)."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: _field_for(kind) for name, kind in get_type_hints(Verdict).items()}


class AnswerPages(CursorPagination):
    """Pages by ratings in the order in which they came in, or by judgments in the order of planning.

    Each costs the same, and no rating or judgment is ever torn.
    """

    page_size = 100
    page_size_query_param = "page_size"
    page_size_query_description = (
        f"Ratings or judgments a page, at most {LARGEST_PAGE}; each has one row a dimension."
    )
    max_page_size = LARGEST_PAGE
    ordering = "pk"

    def get_page_size(self, request: Request) -> int:
        return page_size_in(request, self.page_size)

    def decode_cursor(self, request: Request) -> Any:
        """Only what this class wrote: a position is a primary key."""
        cursor = super().decode_cursor(request)
        if cursor is not None and not str(cursor.position or "0").isdecimal():
            raise NotFound(self.invalid_cursor_message)
        return cursor


def _studies() -> QuerySet[Study]:
    protocols = Prefetch("protocols", Protocol.objects.order_by("-version"))
    return Study.objects.prefetch_related(protocols).order_by("pk")


@extend_schema_view(
    get=extend_schema(
        operation_id="studies",
        summary="All studies with their progress",
        responses={200: StudySerializer(many=True), **ERRORS},
    )
)
class StudyList(generics.ListAPIView[Study]):
    serializer_class = StudySerializer
    pagination_class = Pages
    permission_classes = (StaffWhoMayLook,)
    queryset = _studies()

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        page = super().paginate_queryset(queryset)
        return facts_of(page) if page is not None else None


@extend_schema_view(
    get=extend_schema(
        operation_id="study",
        summary="One study with its progress",
        responses={200: StudySerializer, **{code: ERRORS[code] for code in (401, 403, 404, 429)}},
    )
)
class StudyDetail(generics.RetrieveAPIView[Study]):
    serializer_class = StudySerializer
    permission_classes = (StaffWhoMayLook,)
    queryset = _studies()
    lookup_field = "slug"

    def get_object(self) -> Any:
        return facts_of([super().get_object()])[0]


def source_kind_in(request: Request) -> str:
    """The query's source_kind. Raises ParseError (400) for anything but a key of SOURCES."""
    asked = request.query_params.get("source_kind", "rater")
    if asked not in SOURCES:
        raise ParseError(f"source_kind is one of: {', '.join(SOURCES)}")
    return asked


@extend_schema_view(
    get=extend_schema(
        operation_id="verdicts",
        summary="A study's verdicts, unblinded: raters' as ratings came in, or judges' as they were planned",
        parameters=[
            OpenApiParameter(
                "source_kind",
                str,
                description="Whose verdicts: those of people, or those of language models.",
                enum=list(SOURCES),
                default="rater",
            )
        ],
        responses={200: VerdictSerializer(many=True), **ERRORS},
    )
)
class VerdictList(generics.ListAPIView[Any]):
    serializer_class = VerdictSerializer
    pagination_class = AnswerPages
    permission_classes = (StaffWhoMayExport,)

    def get_queryset(self) -> QuerySet[Any]:
        self.study = get_object_or_404(Study, slug=self.kwargs["slug"])
        rows_of, self.verdicts_for = SOURCES[source_kind_in(self.request)]
        return rows_of(self.study).only("pk")

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        page = super().paginate_queryset(queryset)
        return self.verdicts_for(self.study, [row.pk for row in page]) if page is not None else None


api_urls = [
    path("studies/", StudyList.as_view(), name="studies"),
    path("studies/<slug:slug>/", StudyDetail.as_view(), name="study"),
    path("studies/<slug:slug>/verdicts/", VerdictList.as_view(), name="verdicts"),
]


def facts_of(studies: Sequence[Study]) -> list[StudyFacts]:
    """What the API tells of studies whose protocols are prefetched, newest first."""
    progress = progress_by_study(studies)
    return [_facts(study, progress[study.pk]) for study in studies]


def _facts(study: Study, progress: Progress) -> StudyFacts:
    protocol = next(iter(study.protocols.all()), None)
    document = protocol.document() if protocol else None
    return StudyFacts(
        study=study.slug,
        title=study.title,
        state=_state(study, is_frozen=protocol is not None),
        opened_at=study.opened_at,
        closed_at=study.closed_at,
        protocol_hash=protocol.sha256 if protocol else "",
        exploratory=document is None or document.is_exploratory,
        scale=document.scale if document else study.scale,
        progress=progress,
    )


def _state(study: Study, *, is_frozen: bool) -> str:
    if study.opened_at is None:
        return "frozen" if is_frozen else "draft"
    return "open" if study.is_open else "closed"


def _field_for(kind: Any) -> serializers.Field[Any, Any, Any, Any]:
    """The serializer's field for a column's type; a union is with None."""
    if isinstance(kind, UnionType):
        return FIELD_TYPES[kind.__args__[0]](allow_null=True)
    return FIELD_TYPES[kind]()
