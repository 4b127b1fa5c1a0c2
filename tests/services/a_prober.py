"""A prober in a process of its own, in a hurry: `python -m tests.services.a_prober`. It looks until it is killed."""

import datetime as dt
import logging
import os
import time

import django


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.db import Error, connection
    from django.utils import timezone

    from services import judging, prober
    from services.models import Judgement, Watch
    from services.verbs import looking

    settings.PROBE_INSIDE = ["*"]
    logging.disable()
    judging.FAILS_FOR = dt.timedelta(seconds=0.5)
    judging.WORKS_FOR = dt.timedelta(seconds=0.5)
    judging.LOOKS_AGAIN_AFTER.update(dict.fromkeys(judging.LOOKS_AGAIN_AFTER, dt.timedelta(seconds=0.2)))
    looking.LEASE_SECONDS = 0
    while True:
        try:
            # Instead of an interval of its own, which is ten seconds at least.
            sure = Watch.objects.filter(judgement__in=[Judgement.UP, Judgement.DOWN])
            sure.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())
            prober.look(seconds=0.5)
        except Error:  # the task fails, and the clock comes again
            connection.close()
        time.sleep(0.05)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatons_portal.settings")
    main()
