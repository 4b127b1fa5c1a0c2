"""One look as libcurl makes it: how it is set up, and what its end means."""

import datetime as dt
import errno
import os
import socket
import ssl
from email.utils import parsedate_to_datetime
from typing import Any

import certifi
import pycurl
from django.conf import settings

from services.models import HttpVersion, Protocol, Reason, Security
from services.probing import targets
from services.probing.addresses import is_private
from services.probing.expectations import contains, holds, is_expected_status
from services.probing.looks import Look, Seen, failed, worked

BODY = 256 * 1024  # bytes of an answer that are read, and never decompressed
REDIRECTS = 5
HTTP_VERSIONS = {
    HttpVersion.ANY: pycurl.CURL_HTTP_VERSION_2TLS,
    HttpVersion.ONE: pycurl.CURL_HTTP_VERSION_1_1,
    HttpVersion.TWO: pycurl.CURL_HTTP_VERSION_2TLS,
}
HTTP2_STREAM, TOO_LARGE = 92, 100  # errors of libcurl that pycurl has no name for
WEB = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
REASONS = {
    pycurl.E_COULDNT_RESOLVE_HOST: Reason.NAME,
    pycurl.E_COULDNT_CONNECT: Reason.REFUSED,
    pycurl.E_OPERATION_TIMEDOUT: Reason.TIMEOUT,
    pycurl.E_PEER_FAILED_VERIFICATION: Reason.CERTIFICATE,
    pycurl.E_SSL_CONNECT_ERROR: Reason.TLS,
    pycurl.E_USE_SSL_FAILED: Reason.TLS,
    pycurl.E_TOO_MANY_REDIRECTS: Reason.REDIRECTS,
    pycurl.E_GOT_NOTHING: Reason.RESET,
    pycurl.E_RECV_ERROR: Reason.RESET,
    pycurl.E_SEND_ERROR: Reason.RESET,
    pycurl.E_PARTIAL_FILE: Reason.RESET,
    pycurl.E_FTP_WEIRD_SERVER_REPLY: Reason.PROTOCOL,  # the same number for every protocol
    pycurl.E_UNSUPPORTED_PROTOCOL: Reason.PROTOCOL,
    pycurl.E_HTTP2: Reason.PROTOCOL,
    HTTP2_STREAM: Reason.PROTOCOL,
    pycurl.E_BAD_CONTENT_ENCODING: Reason.PROTOCOL,
    TOO_LARGE: Reason.PROTOCOL,
    pycurl.E_LOGIN_DENIED: Reason.PROTOCOL,
    pycurl.E_QUOTE_ERROR: Reason.PROTOCOL,
}
OURS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EADDRNOTAVAIL}
NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EACCES, errno.EPERM}
EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED


def trusted() -> str:
    """The file of the authorities that this machine trusts."""
    return settings.PROBE_CA_FILE or ssl.get_default_verify_paths().cafile or certifi.where()


def user_agent() -> str:
    return f"chatons-portal (+{settings.SITE_URL}/status/)"


class Transfer:
    """A look under way on a libcurl handle."""

    def __init__(self, look: Look, handle: Any) -> None:
        self.look = look
        self.handle = handle
        self.body = bytearray()
        self.is_full = False
        self.met_private = False
        self.no_socket: OSError | None = None
        self.held_up = 0.0  # seconds in which the process did something else, and heard nothing
        # libcurl holds on to such a connection as long as to its handle.
        self.spoils_handle = look.protocol in {Protocol.TCP, Protocol.TLS}
        self.prepare()

    def prepare(self) -> None:
        """Raises ValueError for an address that cannot be read."""
        look, handle = self.look, self.handle
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.PROXY, "")  # whatever the environment says
        handle.setopt(pycurl.NOPROXY, "*")
        handle.setopt(pycurl.TIMEOUT_MS, int(look.timeout_seconds * 1000))
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, int(look.timeout_seconds * 1000))
        # Else the looks that confirm a failure hear again that the name did not resolve, and nobody was asked.
        handle.setopt(pycurl.DNS_CACHE_TIMEOUT, 0)
        handle.setopt(pycurl.FRESH_CONNECT, 1)
        handle.setopt(pycurl.FORBID_REUSE, 1)
        handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)  # a resumed session shows no certificate
        handle.setopt(pycurl.CAINFO, trusted())
        handle.setopt(pycurl.WRITEFUNCTION, self.write)
        if not look.inside:
            handle.setopt(pycurl.OPENSOCKETFUNCTION, self.open_socket)
        if look.reads_certificate or look.protocol == Protocol.TLS:
            handle.setopt(pycurl.OPT_CERTINFO, 1)
        getattr(self, f"prepare_{look.protocol}")()

    def prepare_http(self) -> None:
        url, _host = targets.web_address(self.look.target)
        self.handle.setopt(pycurl.URL, url)
        self.handle.setopt(pycurl.PROTOCOLS, WEB)
        self.handle.setopt(pycurl.REDIR_PROTOCOLS, WEB)
        self.handle.setopt(pycurl.FOLLOWLOCATION, int(self.look.follows_redirects))
        self.handle.setopt(pycurl.MAXREDIRS, REDIRECTS)
        self.handle.setopt(pycurl.USERAGENT, user_agent())
        self.handle.setopt(pycurl.HTTP_VERSION, HTTP_VERSIONS[HttpVersion(self.look.http_version)])

    def prepare_tcp(self) -> None:
        self.connect_only("http")

    def prepare_tls(self) -> None:
        self.handle.setopt(pycurl.SSL_ENABLE_ALPN, 0)
        self.connect_only("https")

    def connect_only(self, scheme: str) -> None:
        self.handle.setopt(pycurl.URL, f"{scheme}://{self.where()}/")
        self.handle.setopt(pycurl.CONNECT_ONLY, 1)

    def prepare_smtp(self) -> None:
        self.converse("smtp", f"/{settings.SITE_URL.split('://')[-1].split('/')[0].split(':')[0]}")

    def prepare_imap(self) -> None:
        self.converse("imap", "/")

    def converse(self, scheme: str, path: str) -> None:
        """Greet, turn to TLS if that is expected, ask for nothing, and take leave."""
        look = self.look
        if look.security == Security.TLS:
            scheme += "s"
        if look.security == Security.STARTTLS:
            self.handle.setopt(pycurl.USE_SSL, pycurl.USESSL_ALL)
        self.handle.setopt(pycurl.URL, f"{scheme}://{self.where()}{path}")
        self.handle.setopt(pycurl.CUSTOMREQUEST, "NOOP")
        self.handle.setopt(pycurl.NOBODY, 1)

    def where(self) -> str:
        host, port = targets.host_and_port(self.look.target, self.look.protocol, self.look.security)
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def write(self, chunk: bytes) -> int | None:
        self.body += chunk
        if len(self.body) <= BODY:
            return None
        del self.body[BODY:]
        self.is_full = True
        return 0  # enough: the transfer ends here

    def open_socket(self, purpose: int, address: Any) -> Any:
        """Before each connection, those of redirects included: a name may lead anywhere, and change meanwhile."""
        family, kind, protocol, where = address
        if family not in {socket.AF_INET, socket.AF_INET6} or is_private(
            where[0].decode() if isinstance(where[0], bytes) else where[0]
        ):
            self.met_private = True
            return pycurl.SOCKET_BAD
        try:
            return socket.socket(family, kind, protocol)
        except OSError as error:
            self.no_socket = error
            return pycurl.SOCKET_BAD

    def over(self, number: int, words: str) -> Seen:
        """What it means that it ended with this error of libcurl, 0 for none."""
        look = self.look
        if number == pycurl.E_WRITE_ERROR and self.is_full:
            number = 0
        if number:
            return self.broken(number, words)
        latency = round(self.handle.getinfo(pycurl.TOTAL_TIME) * 1000)
        if look.protocol == Protocol.HTTP and (trouble := self.unexpected()):
            return trouble
        return worked(look, latency, self.certificate_end())

    def broken(self, number: int, words: str) -> Seen:
        system = self.handle.getinfo(pycurl.OS_ERRNO)
        if self.met_private and number in {pycurl.E_COULDNT_CONNECT, pycurl.E_OPERATION_TIMEDOUT}:
            return failed(self.look, Reason.INSIDE, self.handle.getinfo(pycurl.EFFECTIVE_URL) or "")
        if self.no_socket:
            return failed(self.look, Reason.OURS, str(self.no_socket))
        if self.held_up and number == pycurl.E_OPERATION_TIMEDOUT:
            return failed(self.look, Reason.OURS, f"nobody listened for {self.held_up:.0f} seconds")
        reason = REASONS.get(number, Reason.OURS)
        if number == pycurl.E_COULDNT_CONNECT:
            if system in OURS:
                reason = Reason.OURS
            elif system in NO_WAY:
                reason = Reason.UNREACHABLE
            elif system == errno.ETIMEDOUT:
                reason = Reason.TIMEOUT
        elif number == pycurl.E_SSL_CONNECT_ERROR and system in {errno.ECONNRESET, errno.EPIPE}:
            reason = Reason.RESET
        elif number == pycurl.E_PEER_FAILED_VERIFICATION:
            if self.handle.getinfo(pycurl.SSL_VERIFYRESULT) == EXPIRED or "expired" in words:
                reason = Reason.EXPIRED
        elif number in {pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_URL_MALFORMAT} and self.is_redirected():
            reason = Reason.REDIRECTS
        elif number == pycurl.E_OPERATION_TIMEDOUT and words.startswith("nghttp2"):
            reason = Reason.PROTOCOL  # an answer that makes no sense: libcurl hangs up, and goes on waiting
        elif number == pycurl.E_RECV_ERROR and not system and "reset" not in words:
            reason = Reason.PROTOCOL  # it came, and was too much or made no sense
        return failed(self.look, reason, words or os.strerror(system))

    def is_redirected(self) -> bool:
        return bool(self.handle.getinfo(pycurl.REDIRECT_COUNT) or 300 <= self.status() < 400)

    def status(self) -> int:
        return self.handle.getinfo(pycurl.RESPONSE_CODE)

    def unexpected(self) -> Seen | None:
        look, status = self.look, self.status()
        if not is_expected_status(status, look.expects_status):
            return failed(look, Reason.STATUS, f"HTTP {status}")
        spoken = self.handle.getinfo(pycurl.INFO_HTTP_VERSION)
        if look.http_version == HttpVersion.TWO and spoken != pycurl.CURL_HTTP_VERSION_2_0:
            return failed(look, Reason.PROTOCOL, "HTTP/1")
        if look.expects_text and not contains(bytes(self.body), look.expects_text):
            return failed(look, Reason.CONTENT, look.expects_text)
        if look.expects_json and not holds(bytes(self.body), look.expects_json):
            return failed(look, Reason.CONTENT, look.expects_json)
        return None

    def certificate_end(self) -> dt.datetime | None:
        """Of the first certificate shown: the service's own."""
        if not (self.look.reads_certificate or self.look.protocol == Protocol.TLS):
            return None
        for chain in self.handle.getinfo(pycurl.INFO_CERTINFO)[:1]:
            for name, value in chain:
                if name == "Expire date":
                    return (
                        parsedate_to_datetime(value).replace(tzinfo=dt.UTC)
                        if "," in value
                        else read_date(value)
                    )
        return None


def read_date(written: str) -> dt.datetime | None:
    """OpenSSL writes "Nov 22 17:05:00 2027 GMT"."""
    try:
        return dt.datetime.strptime(written, "%b %d %H:%M:%S %Y %Z").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
