"""Wake-ups: safe to run twice, at once, or late."""

from celery import shared_task
from django.utils import timezone

from services import prober, verbs


@shared_task
def tell_outages() -> None:
    verbs.tell_outages(timezone.now())


@shared_task
def tell_subscribers() -> None:
    verbs.tell_subscribers(at=timezone.now())


@shared_task
def look_at_refusals() -> None:
    verbs.look_at_refusals(timezone.now())


@shared_task
def look_after_maintenance() -> None:
    verbs.look_after_maintenance(timezone.now())


@shared_task
def look() -> None:
    prober.look()


@shared_task
def roll_up() -> None:
    verbs.roll_up(timezone.now())


@shared_task
def forget_samples() -> None:
    verbs.forget_samples(timezone.now())
