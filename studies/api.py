"""The REST API's material, and what all of the API shares: errors, pages. For staff, read-only."""

from __future__ import annotations

from typing import Final

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.exceptions import ParseError
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.views import APIView

from studies.models import Dialogue, Response, Study, System
from studies.selectors import response_key

LARGEST_PAGE: Final = 1000


class ErrorSerializer(serializers.Serializer[object]):
    """Every answer that is not 200 looks like this."""

    detail = serializers.CharField(help_text="What is wrong, for people to read.")


ERRORS: Final = {
    400: OpenApiResponse(ErrorSerializer, "A query parameter has a value that does not fit."),
    401: OpenApiResponse(ErrorSerializer, "No token, or one that is wrong or has expired."),
    403: OpenApiResponse(ErrorSerializer, "The token's owner is not staff."),
    404: OpenApiResponse(ErrorSerializer, "There is no such study or page."),
    429: OpenApiResponse(ErrorSerializer, "Too many requests; Retry-After says how many seconds to wait."),
}


def page_size_in(request: Request, default: int) -> int:
    """The query's page_size. Raises ParseError (400) for anything but 1 to LARGEST_PAGE."""
    asked = request.query_params.get("page_size")
    if asked is None:
        return default
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= LARGEST_PAGE):
        raise ParseError(f"page_size is a number from 1 to {LARGEST_PAGE}")
    return int(asked)


class Pages(PageNumberPagination):
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE

    def get_page_size(self, request: Request) -> int:
        return page_size_in(request, self.page_size)


class TurnSerializer(serializers.Serializer[object]):
    speaker = serializers.ChoiceField(choices=["seeker", "supporter"])
    text = serializers.CharField()


class StaffWhoMayLook(IsAdminUser):
    """Staff with the administration's permission to view studies."""

    permission = "studies.view_study"

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and request.user.has_perm(self.permission)


class StaffWhoMayExport(StaffWhoMayLook):
    """Staff who may take an export away may read what stands in it."""

    permission = "studies.change_study"


class ResponseSerializer(serializers.Serializer[Response]):
    response = serializers.SerializerMethodField(help_text="As in responses.csv.")
    system = serializers.CharField(source="system.name")
    kind = serializers.ChoiceField(source="system.kind", choices=System.Kind.values)
    replicate = serializers.IntegerField()
    writer = serializers.CharField(help_text="Pseudonym, or empty.")
    text = serializers.CharField()

    def get_response(self, row: Response) -> str:
        return response_key(row.dialogue.external_id, row.system.name, row.replicate)


class DialogueSerializer(serializers.Serializer[Dialogue]):
    dialogue = serializers.CharField(source="external_id")
    tags = serializers.ListField(child=serializers.CharField())
    turns = TurnSerializer(many=True)
    meta = serializers.DictField()
    licence = serializers.CharField(source="import_batch.licence")
    non_commercial = serializers.BooleanField(source="import_batch.non_commercial")
    import_sha256 = serializers.CharField(source="import_batch.sha256")
    responses = ResponseSerializer(many=True)


@extend_schema_view(
    get=extend_schema(
        operation_id="dialogues",
        summary="A study's dialogues with their replies, in the order of import",
        responses={200: DialogueSerializer(many=True), **ERRORS},
    )
)
class DialogueList(generics.ListAPIView[Dialogue]):
    serializer_class = DialogueSerializer
    pagination_class = Pages
    permission_classes = (StaffWhoMayLook,)
    queryset = Dialogue.objects.none()

    def get_queryset(self) -> QuerySet[Dialogue]:
        study = get_object_or_404(Study, slug=self.kwargs["slug"])
        replies = Response.objects.select_related("system").order_by("pk")
        return (
            Dialogue.objects.filter(study=study)
            .select_related("import_batch")
            .prefetch_related(Prefetch("responses", replies))
            .order_by("pk")
        )
