"""Wake-ups: safe to run twice, at once, or late."""

from celery import shared_task
from django.utils import timezone

from accounts import verbs


@shared_task
def forget() -> None:
    now = timezone.now()
    verbs.forget_unconfirmed(now)
    verbs.forget_sessions(now)
    verbs.forget_exports(now)
    verbs.forget_sealed(now)


@shared_task
def make_exports() -> None:
    verbs.make_exports(timezone.now())


@shared_task
def try_export() -> None:
    verbs.try_export(timezone.now())


@shared_task
def write_out_erasures() -> None:
    verbs.write_out()


@shared_task
def carry_out_closings() -> None:
    verbs.carry_out_closings(timezone.now())


@shared_task
def purge() -> None:
    verbs.purge(timezone.now())
