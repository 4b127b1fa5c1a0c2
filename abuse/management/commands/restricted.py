import json
from operator import attrgetter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from abuse.restrictions import Restricted, restricted
from services.models import Service

BY = ("username", "email", "sub")


class Command(BaseCommand):
    help = (
        "Say to whom a service is closed at this moment, one user name a line, for a job of that service to act on. "
        "See docs/restrictions.md."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "service", help="the short name of the service, as in its address on the status page"
        )
        parser.add_argument("--by", choices=BY, default="username", help="what the service knows people by")
        parser.add_argument(
            "--json", action="store_true", help="everything that is known of each, as one JSON object"
        )

    def handle(self, *args, service, by, **options):
        if not Service.objects.filter(slug=service).exists():
            known = ", ".join(Service.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no service “{service}”. There are: {known}.")
        at = timezone.now()
        found = restricted(service, at)
        if options["json"]:
            answer = {"service": service, "at": at.isoformat(), "restricted": [_whole(one) for one in found]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        names = [str(getattr(one.person, by) or "") for one in found]
        for name in sorted(filter(None, names)):
            self.stdout.write(name)
        if nameless := names.count(""):
            self.stderr.write(f"{nameless} more have no user name: use --by email or --by sub for them.")


def _whole(one: Restricted) -> dict[str, Any]:
    username, email, sub = attrgetter(*BY)(one.person)
    return {
        "username": username,
        "email": email,
        "sub": str(sub),
        "kind": one.kind,
        "since": one.sanction.starts_at.isoformat(),
        "until": one.until and one.until.isoformat(),
        "decision": one.sanction.decision.number,
    }
