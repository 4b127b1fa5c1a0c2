"""`/.well-known/security.txt`: whoever found a hole reads where to say so (RFC 9116)."""

from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone


def read():
    answer = Client().get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    return dict(line.split(": ", 1) for line in answer.content.decode().splitlines())


def test_it_names_a_page_that_opens(db, settings):
    contact = read()["Contact"]
    assert contact.startswith(settings.SITE_URL)
    assert Client().get(contact.removeprefix(settings.SITE_URL)).status_code == 200


def test_its_date_never_passes(db):
    expires = datetime.fromisoformat(read()["Expires"])
    assert timedelta(days=150) < expires - timezone.now() < timedelta(days=366)


def test_it_says_where_it_stands_and_what_we_read(db, settings):
    said = read()
    assert said["Canonical"] == f"{settings.SITE_URL}/.well-known/security.txt"
    assert said["Preferred-Languages"] == "fr, en"
