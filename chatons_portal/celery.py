"""Celery: wakes verbs that look for due work. It carries no promise: those are rows."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatons_portal.settings")

app = Celery("chatons_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
