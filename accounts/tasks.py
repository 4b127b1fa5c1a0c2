"""Wake-ups: safe to run twice, at once, or late."""

from celery import shared_task
from django.utils import timezone

from accounts import verbs


@shared_task
def forget() -> None:
    now = timezone.now()
    verbs.forget_unconfirmed(now)
    verbs.forget_sessions(now)
