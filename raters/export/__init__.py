"""Exports: everything about a study as files. Unblinding happens here and only here."""

from raters.export.folders import NotAnExport, export_to
from raters.export.jobs import NotDone, file_name_of, open_export, open_page, request_export, run_waiting
from raters.export.payments import bonus_rows, invitation_rows, payment_rows
from raters.export.person import everything_about
from raters.export.replication import write_bundle_for_readers

__all__ = [
    "NotAnExport",
    "NotDone",
    "bonus_rows",
    "everything_about",
    "export_to",
    "file_name_of",
    "invitation_rows",
    "open_export",
    "open_page",
    "payment_rows",
    "request_export",
    "run_waiting",
    "write_bundle_for_readers",
]
