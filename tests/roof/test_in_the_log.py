"""What goes in the log."""

import io
import logging
from contextlib import contextmanager

import pytest
from django.core.exceptions import TooManyFilesSent
from django.core.handlers.exception import response_for_exception
from django.test import Client

from chatons_portal.in_the_log import RefusalsInALine


@contextmanager
def the_log():
    """What the operator's console would show."""
    console = next(
        h for h in logging.getLogger().handlers if any(isinstance(f, RefusalsInALine) for f in h.filters)
    )
    written = io.StringIO()
    before = console.setStream(written)
    try:
        yield written
    finally:
        console.setStream(before)


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_a_line(settings):
    body = "what=" + "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    with the_log() as written:
        answer = Client().post("/contact/question/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert written.getvalue().count("\n") == 1
    assert "DATA_UPLOAD_MAX_MEMORY_SIZE" in written.getvalue()


def test_our_own_faults_are_written_down_whole(rf):
    request = rf.get("/")
    with the_log() as written:
        response_for_exception(request, TooManyFilesSent("too many"))
        refused = written.getvalue()
        logging.getLogger("django.request").error(
            "Broken", exc_info=ValueError("why"), extra={"status_code": 500}
        )
    assert refused.count("\n") == 1
    assert "ValueError: why" in written.getvalue()
