"""What the acceptance gate costs on a signed-in page, beside no gate, a gate that asks the database, and others'.

    python bench/bench_gate.py [--rounds 15] [--requests 60]

One process, one database, the same pages and the same signed-in person; only one line of MIDDLEWARE differs. The
variants take turns, so the machine's mood is in all of them; the ratios are medians over the rounds. The second page
does nothing but know who asks: what a gate costs shows there undiluted.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from host import host  # noqa: E402

GOAL = 1.05
OURS = "legal.gate.AcceptanceMiddleware"
VARIANTS = {
    "no gate": None,
    "our gate": OURS,
    "asks the database": "bench_gate.AskingTheDatabase",
    "django-termsandconditions": "termsandconditions.middleware.TermsAndConditionsRedirectMiddleware",
}


class AskingTheDatabase:
    """The obvious way: at each request, what is in force, and whether this person accepted it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        from django.utils import timezone

        from legal.models import Acceptance, Text
        from legal.verbs.accepting import DocumentsChanged

        if not getattr(view, "login_required", True):
            return
        wanted = {text.version_id for text in Text.objects.to_accept(timezone.now(), "fr")}
        accepted = Acceptance.objects.filter(person=request.user, text__version__in=wanted)
        if len(set(accepted.values_list("text__version", flat=True))) < len(wanted):
            raise DocumentsChanged


def set_up() -> None:
    """The portal, one page more, and django-termsandconditions with terms that are accepted."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.http import HttpResponse
    from django.urls import path

    sys.modules["bench_gate"] = sys.modules["__main__"]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "termsandconditions"]
    django.setup()
    call_command("migrate", verbosity=0)
    from chatons_portal.urls import urlpatterns

    addresses = ModuleType("bench_gate_urls")
    who = path("who/", lambda request: HttpResponse(request.user.email))
    addresses.urlpatterns = [who, *urlpatterns]
    sys.modules["bench_gate_urls"] = addresses
    settings.ROOT_URLCONF = "bench_gate_urls"


def somebody():
    """A cookie of a person who accepted everything, by our own book and by theirs."""
    from django.test import Client
    from django.utils import timezone
    from termsandconditions.models import TermsAndConditions, UserTermsAndConditions

    from accounts.models import User
    from legal.models import How, Text, Version
    from legal.verbs import accept

    now = timezone.now()
    person = User.objects.create_user("bench@example.net", "corne-muse-bleue-17")
    accept(person, Text.objects.to_accept(now, "fr"), how=How.SIGN_UP, at=now)
    for date in Version.objects.asking_dates(now):
        if date > now:  # a banner would be on our page otherwise
            accept(person, Text.objects.to_accept(date, "fr"), how=How.SIGN_UP, at=now, through=date)
    theirs = TermsAndConditions.objects.create(slug="terms", name="Terms", date_active=now)
    UserTermsAndConditions.objects.create(user=person, terms=theirs)
    client = Client()
    client.force_login(person)
    return client.cookies["portal_session"].value


def process_with(gate: str | None):
    """A WSGI application whose only difference is its gate."""
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings

    middleware = list(settings.MIDDLEWARE)
    place = middleware.index(OURS)
    middleware[place : place + 1] = [gate] if gate else []
    with override_settings(MIDDLEWARE=middleware):
        return WSGIHandler()


def ask(process, path: str, session: str) -> None:
    from django.test import RequestFactory

    environ = (
        RequestFactory(headers={"host": "localhost", "cookie": f"portal_session={session}"}).get(path).environ
    )
    said = []
    answer = process(environ, lambda status, headers: said.append(status))
    b"".join(answer)
    answer.close()
    if said != ["200 OK"]:
        raise SystemExit(f"{path} was answered with {said}.")


def measure(path: str, session: str, *, rounds: int, requests: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    processes = {name: process_with(gate) for name, gate in VARIANTS.items()}
    queries, seconds = {}, {name: [] for name in VARIANTS}
    for name, process in processes.items():
        for _warming_up in range(5):
            ask(process, path, session)
        with CaptureQueriesContext(connection) as asked:
            ask(process, path, session)
        queries[name] = len(asked)
    for _round in range(rounds):
        for name, process in processes.items():
            began = time.perf_counter()
            for _request in range(requests):
                ask(process, path, session)
            seconds[name].append((time.perf_counter() - began) / requests)
    print(f"\n{path:28} {'ms':>6} {'ratio':>6} {'queries more':>13}")
    for name, taken in seconds.items():
        ratio = median(mine / bare for mine, bare in zip(taken, seconds["no gate"], strict=True))
        goal = f"   (goal: {GOAL} and 0)" if name == "our gate" else ""
        more = queries[name] - queries["no gate"]
        print(f"{name:28} {min(taken) * 1000:6.2f} {ratio:6.2f} {more:13}{goal}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--rounds", type=int, default=15)
    asked.add_argument("--requests", type=int, default=60)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name)):
        os.environ["LOG_LEVEL"] = "ERROR"
        set_up()
        session = somebody()
        for path in ("/account/", "/who/"):
            measure(path, session, rounds=options.rounds, requests=options.requests)
        from django.db import connection

        connection.close()


if __name__ == "__main__":
    main()
