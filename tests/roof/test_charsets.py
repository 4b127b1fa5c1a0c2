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


@pytest.mark.parametrize("odd", ["charset*=klingon''utf-8", "boundary*=klingon''x", "a*=a\0b''x"])
def test_with_a_parameter_nobody_can_read_is_a_request_all_the_same(odd):
    request = RequestFactory().generic("POST", "/?from=here", b"", content_type="text/plain")

    @WithoutOddCharsets
    def address(environ, start_response):
        return WSGIRequest(environ).GET["from"]

    content_type = f"application/x-www-form-urlencoded; {odd}"
    assert address(request.environ | {"CONTENT_TYPE": content_type}, None) == "here"


def test_comes_by_the_door():
    from chatons_portal.wsgi import application

    assert isinstance(application, WithoutOddCharsets)
