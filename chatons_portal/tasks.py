"""Wake-ups of the roof: safe to run twice, at once, or late."""

from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from chatons_portal.checking import check_daily
from chatons_portal.static_copy import export_if_changed


@shared_task
def copy_status() -> None:
    if settings.STATUS_COPY_DIR:
        export_if_changed(Path(settings.STATUS_COPY_DIR), at=timezone.now(), url=settings.STATUS_COPY_URL)


@shared_task
def check_settings() -> None:
    check_daily(timezone.now())
