"""The project: settings, addresses, the task queue and the process that starts everything."""

from heartsite.celery import app as celery_app

__all__ = ["celery_app"]
