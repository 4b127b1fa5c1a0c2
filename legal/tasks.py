"""Wake-ups: safe to run twice, at once, or late."""

from celery import shared_task
from django.utils import timezone

from legal import verbs


@shared_task
def tell() -> None:
    verbs.tell(at=timezone.now())


@shared_task
def verify() -> None:
    verbs.verify_daily(timezone.now())
