"""How fast reports come in, by form and by mail, beside a bare insert view: a form of the same fields, one INSERT.

    python bench/bench_intake.py [--processes 4] [--seconds 4] [--rounds 5]

Several processes send reports for a while, each straight into its WSGI application: ours with the whole form, its
checks, limits, ticket, report and line in the journal; and a view that validates a plain form of the same fields and
inserts one row through the ORM, behind the same middleware (the yardstick). For orientation also the least there is:
one INSERT in SQL without any form, behind the same middleware. All wait for the same PostgreSQL to have written to the
disk. They take turns, so the machine's mood is in all of them. Receipts and the letter to the desk are written by the
worker; how fast it follows is measured apart, with the matching of accounts.
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from host import host  # noqa: E402

GOAL = 0.5
GOAL_MAILS = 200  # a second, understood
SAID = "A thousand letters about watches came from you, every night since Monday. " * 5


def set_up() -> None:
    import django
    from django.conf import settings
    from django.contrib.auth.decorators import login_not_required
    from django.http import HttpResponse
    from django.urls import include, path
    from django.views.decorators.csrf import csrf_exempt

    settings.ACCOUNT_RATE_LIMITS = {"contact": "1000000/s/key", "contact_unproven": "1000000/s/key"}
    settings.HOST["email"] = "desk@host.example"
    django.setup()
    from django import forms
    from django.db import connection, models
    from django.http import HttpResponseRedirect

    class Row(models.Model):
        what = models.TextField()
        place = models.TextField()
        address = models.TextField()
        name = models.TextField()
        good_faith = models.BooleanField()

        class Meta:
            app_label = "abuse"
            managed = False
            db_table = "bench_intake"

        def __str__(self) -> str:
            return self.address

    class Plain(forms.Form):
        what = forms.CharField(max_length=10_000, widget=forms.Textarea)
        where = forms.CharField(max_length=4_000, widget=forms.Textarea)
        clause = forms.ChoiceField(choices=[("", "-"), ("u5", "U5"), ("u6", "U6")], required=False)
        attachments = forms.FileField(required=False)
        name = forms.CharField(max_length=200, required=False)
        email = forms.EmailField(required=False)
        good_faith = forms.BooleanField()

    def bare(request):
        form = Plain(request.POST, request.FILES)
        if not form.is_valid():
            return HttpResponse(str(form.errors), status=400)
        said = form.cleaned_data
        Row.objects.create(
            what=said["what"],
            place=said["where"],
            address=said["email"],
            name=said["name"],
            good_faith=said["good_faith"],
        )
        return HttpResponseRedirect("/")

    def least(request):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_intake (what, place, address, name, good_faith) VALUES (%s, %s, %s, '', true)",
                [request.POST["what"], request.POST["where"], request.POST["email"]],
            )
        return HttpResponseRedirect("/")

    from types import ModuleType

    from chatons_portal.urls import urlpatterns

    addresses = ModuleType("bench_intake_urls")
    addresses.urlpatterns = [
        path("bare/", login_not_required(csrf_exempt(bare))),
        path("least/", login_not_required(csrf_exempt(least))),
        path("", include(urlpatterns)),
    ]
    sys.modules["bench_intake_urls"] = addresses
    settings.ROOT_URLCONF = "bench_intake_urls"


def bodies(process: int):
    """Reports without end, none like the other, each with a stamp as old as a form that was filled in."""
    from urllib.parse import urlencode

    from django.core import signing

    signer = signing.TimestampSigner(salt="abuse.stamp")
    number = 0
    while True:
        number += 1
        then = signing.b62_encode(int(time.time()) - 60)
        value = f"{process}-{time.monotonic_ns()}{signer.sep}{then}"
        yield urlencode(
            {
                "stamp": f"{value}{signer.sep}{signer.signature(value)}",
                "what": SAID,
                "where": "watches@example.org\nhttps://files.example.org/s/watches",
                "email": f"rita.{process}.{number}.{time.monotonic_ns()}@example.org",
                "good_faith": "on",
            }
        ).encode()


def send(path: str, process: int, seconds: float, counts, barrier) -> None:
    from io import BytesIO

    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    application = WSGIHandler()
    environ = RequestFactory(headers={"host": "localhost", "accept-language": "en"}).post(path).environ
    reports = bodies(process)

    def one() -> None:
        body = next(reports)
        said: list[str] = []
        answer = application(
            {
                **environ,
                "wsgi.input": BytesIO(body),
                "CONTENT_LENGTH": str(len(body)),
                "REMOTE_ADDR": f"198.51.{100 + process}.7",  # neighbours wait for each other at the limit
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
            },
            lambda status, headers: said.append(status),
        )
        b"".join(answer)
        answer.close()
        if said != ["302 Found"]:
            raise SystemExit(f"{path} was answered with {said}.")

    for _warming_up in range(3):
        one()
    barrier.wait()
    end = time.perf_counter() + seconds
    done = 0
    while time.perf_counter() < end:
        one()
        done += 1
    counts[process] = done


def rate(path: str, processes: int, seconds: float) -> float:
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    counts, barrier = context.Array("L", processes), context.Barrier(processes)
    senders = [
        context.Process(target=send, args=(path, number, seconds, counts, barrier))
        for number in range(processes)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    if any(sender.exitcode for sender in senders):
        raise SystemExit("A process could not send.")
    return sum(counts) / seconds


def acknowledged_a_second() -> float:
    """By one worker: matching, receipts, the letters to the desk."""
    from django.utils import timezone

    from abuse.verbs import acknowledge_waiting

    began = time.perf_counter()
    done = acknowledge_waiting(timezone.now())
    return done / (time.perf_counter() - began)


def understood_a_second(seconds: float) -> float:
    from abuse.mail import understand
    from tests.abuse.mail.samples import PLAIN, XARF_3, XARF_4, feedback, jmrp, xarf_json, xarf_mail

    mails = [feedback(), jmrp(), xarf_mail(), xarf_json(XARF_3), xarf_json(XARF_4), PLAIN]
    mails.append(
        feedback(evidence="From: <a@b.example>\n\n" + "A line of an ordinary letter, as they come.\n" * 1000)
    )
    raw = [mail.encode() for mail in mails]
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for one in raw:
            understand(one)
        done += len(raw)
    return done / (time.perf_counter() - began)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--processes", type=int, default=4)
    asked.add_argument("--seconds", type=float, default=4)
    asked.add_argument("--rounds", type=int, default=5)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, host(Path(name)):
        os.environ["LOG_LEVEL"] = "ERROR"
        set_up()
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE bench_intake (id bigserial PRIMARY KEY, what text NOT NULL, place text NOT NULL,"
                " address text NOT NULL, name text NOT NULL, good_faith boolean NOT NULL)"
            )
        ratios, of_the_least = [], []
        print(f"{'':8} {'reports/s':>10} {'bare insert view/s':>19} {'ratio':>6} {'least/s':>9} {'ratio':>6}")
        for number in range(options.rounds):
            least = rate("/least/", options.processes, options.seconds)
            theirs = rate("/bare/", options.processes, options.seconds)
            ours = rate("/contact/abuse/", options.processes, options.seconds)
            ratios.append(ours / theirs)
            of_the_least.append(ours / least)
            print(
                f"round {number + 1:<2} {ours:10.0f} {theirs:19.0f} {ratios[-1]:6.2f}"
                f" {least:9.0f} {of_the_least[-1]:6.2f}"
            )
        print(
            f"{'median':8} {'':10} {'':19} {median(ratios):6.2f} {'':9} {median(of_the_least):6.2f}", end=""
        )
        print(f"   (goal: {GOAL} of the bare insert view)")
        print(f"acknowledged a second: {acknowledged_a_second():.0f}")
        print(f"mails understood a second: {understood_a_second(options.seconds):.0f}   (goal: {GOAL_MAILS})")
        connection.close()


if __name__ == "__main__":
    main()
