"""Wake-ups: safe to run twice, at once, or late."""

from celery import shared_task
from django.utils import timezone

from outbox import delivery, verbs


@shared_task
def deliver() -> None:
    delivery.deliver()


@shared_task
def forget() -> None:
    verbs.forget(timezone.now())
