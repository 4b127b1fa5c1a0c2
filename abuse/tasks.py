from celery import shared_task
from django.utils import timezone

from abuse import verbs


@shared_task
def acknowledge() -> None:
    verbs.acknowledge_waiting(timezone.now())


@shared_task
def forget() -> None:
    verbs.forget(timezone.now())


@shared_task
def forget_proofs() -> None:
    verbs.forget_proofs(timezone.now())


@shared_task
def come_due() -> None:
    verbs.come_due(timezone.now())


@shared_task
def forget_glances() -> None:
    verbs.forget_glances(timezone.now())


@shared_task
def forget_sweeps() -> None:
    verbs.forget_sweeps(timezone.now())


@shared_task
def forget_mutes() -> None:
    verbs.forget_mutes(timezone.now())


@shared_task
def carry_out_deletions() -> None:
    verbs.carry_out_deletions(timezone.now())


@shared_task
def remind_of_ends() -> None:
    verbs.remind_of_ends(timezone.now())
