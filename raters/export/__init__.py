"""Exports: everything about a study as files. Unblinding happens here and only here."""

from raters.export.folders import NotAnExport, export_to
from raters.export.jobs import NotDone, file_name_of, open_export, request_export, run_waiting
from raters.export.payments import payment_rows
from raters.export.person import everything_about

__all__ = [
    "NotAnExport",
    "NotDone",
    "everything_about",
    "export_to",
    "file_name_of",
    "open_export",
    "payment_rows",
    "request_export",
    "run_waiting",
]
