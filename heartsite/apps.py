from django.apps import AppConfig


class HeartsiteConfig(AppConfig):
    """The project itself, an app so that `manage.py up` is found."""

    name = "heartsite"
    verbose_name = "heartsite"
