"""People and fieldwork in the admin, and the one page of a study."""

from django.contrib import admin

from raters.admin.erasures import ErasureAdmin
from raters.admin.inbox import MessageAdmin
from raters.admin.people import ExportJobAdmin, RatingSessionAdmin
from raters.admin.study import StudyAdmin

__all__ = ["ErasureAdmin", "ExportJobAdmin", "MessageAdmin", "RatingSessionAdmin", "StudyAdmin"]

admin.site.site_header = admin.site.site_title = "heartsite"
admin.site.site_url = None
