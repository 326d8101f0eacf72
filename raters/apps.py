from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RatersConfig(AppConfig):
    name = "raters"
    label = "raters"
    verbose_name = _("Raters")
