"""A request that says it is written in something odd, at the door the web server knocks at."""

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from chatons_portal.charsets import WithoutOddCharsets

FORM = b'--x\r\nContent-Disposition: form-data; name="message"\r\n\r\n%b\r\n--x--\r\n'
ODD = ["base64", "zlib", "rot13", "idna", "punycode", "undefined", "utf-16", "klingon", "a\0b", '"a;b"', "é"]


@WithoutOddCharsets
def read(environ, start_response):
    """What Django reads of a request: a field of its address, and one of its form."""
    request = WSGIRequest(environ)
    return request.GET["from"], request.POST["message"]


def said_in(charset, written):
    content_type = f"multipart/form-data; boundary=x; charset={charset}"
    request = RequestFactory().generic("POST", "/?from=%ff", FORM % written, content_type="text/plain")
    return read(request.environ | {"CONTENT_TYPE": content_type}, None)


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "", *ODD])
def test_is_read_as_what_browsers_send(charset):
    assert said_in(charset, "Où ?".encode()) == ("\ufffd", "Où ?")


def test_may_be_in_an_older_charset_of_ours():
    assert said_in("iso-8859-1", "Où ?".encode("latin-1"))[1] == "Où ?"


def test_comes_by_the_door():
    from chatons_portal.wsgi import application

    assert isinstance(application, WithoutOddCharsets)
