"""The task queue. A message is only a nudge: what is to be done stands in database rows."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heartsite.settings")

app = Celery("heartsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
