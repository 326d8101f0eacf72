"""What is taken away from a desk: exports and reports that a worker has written."""

from __future__ import annotations

from typing import Final

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from raters import export
from raters.admin.desk_people import allow
from raters.models import ExportJob

#: What a report may do where the site serves it: be read. In the place of the site's own policy.
REPORT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@require_safe
def download(request: HttpRequest, pk: int, job: int) -> FileResponse:
    """The zip file of a finished export or report, checked to belong to this study."""
    allow(request, "studies.change_study")
    done = get_object_or_404(ExportJob, pk=job, study_id=pk, status=ExportJob.Status.DONE)
    return FileResponse(export.open_export(done), as_attachment=True, filename=export.file_name_of(done))


@require_safe
def report(request: HttpRequest, pk: int, job: int) -> FileResponse:
    """A finished report's page: one file with its style inside, which runs nothing and fetches nothing."""
    allow(request, "studies.change_study")
    done = get_object_or_404(
        ExportJob, pk=job, study_id=pk, status=ExportJob.Status.DONE, kind=ExportJob.Kind.REPORT
    )
    name = export.file_name_of(done, ".html")
    answer = FileResponse(export.open_page(done), content_type="text/html; charset=utf-8", filename=name)
    answer["Content-Security-Policy"] = REPORT_POLICY
    return answer
