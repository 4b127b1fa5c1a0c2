"""Where a probe looks: read, or refused with a sentence that helps."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from services.models import Protocol, Security
from services.probing.addresses import is_private

NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.I)
PORTS = {
    (Protocol.TLS, ""): 443,
    (Protocol.SMTP, Security.STARTTLS): 25,
    (Protocol.SMTP, Security.NONE): 25,
    (Protocol.SMTP, Security.TLS): 465,
    (Protocol.IMAP, Security.STARTTLS): 143,
    (Protocol.IMAP, Security.NONE): 143,
    (Protocol.IMAP, Security.TLS): 993,
}


def ascii_name(name: str) -> str:
    """A name as it stands in the DNS: “café.example” becomes “xn--caf-dma.example”. Raises ValueError."""
    try:
        return name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        raise ValueError(_("“%(name)s” is no name of a machine.") % {"name": name}) from None


def host_of(written: str) -> str:
    """A name or an address, checked. Raises ValueError with a sentence."""
    bare = written.removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    name = ascii_name(written)
    # "127.1" and "0x7f.1" are addresses to the machine and names to nobody.
    if not NAME.fullmatch(name) or re.fullmatch(r"[0-9.]+|.*\.?0x[0-9a-f]*", name, re.I):
        raise ValueError(_("“%(name)s” is no name of a machine.") % {"name": written})
    return name


def host_and_port(target: str, protocol: str, security: str) -> tuple[str, int]:
    """Read "mail.example.org:25", "[2001:db8::1]:25", or without a port where the protocol has one of its own."""
    if "://" in target or "/" in target:
        raise ValueError(
            _("Write a name and a port, without “://” and “/”, for example mail.example.org:25.")
        )
    if any(letter.isspace() or not letter.isprintable() for letter in target):
        raise ValueError(_("An address has no spaces and no line breaks."))
    host, colon, port = target.rpartition(":")
    if not colon or target.endswith("]") or (":" in host and not host.startswith("[")):
        host, port = target, ""
    if not port:
        usual = PORTS.get((Protocol(protocol), "" if protocol == Protocol.TLS else security))
        if usual is None:
            raise ValueError(_("Which port? Write for example chat.example.org:5222."))
        return host_of(host), usual
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65_535:
        raise ValueError(_("A port is a number from 1 to 65535."))
    return host_of(host), int(port)


def web_address(target: str) -> tuple[str, str]:
    """The address as libcurl shall have it, and its host. Raises ValueError with a sentence."""
    if any(letter.isspace() or not letter.isprintable() for letter in target) or "\\" in target:
        raise ValueError(_("An address has no spaces, no line breaks and no backslashes."))
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        raise ValueError(_("“%(url)s” is no address of a web page.") % {"url": target[:80]}) from None
    if parts.scheme.lower() not in {"http", "https"}:
        raise ValueError(_("The address of a web page begins with https:// or http://."))
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            _("No user name and no password in the address: whoever may see probes could read them.")
        )
    if not parts.hostname:
        raise ValueError(_("“%(url)s” is no address of a web page.") % {"url": target[:80]})
    if port == 0:
        raise ValueError(_("A port is a number from 1 to 65535."))
    host = host_of(parts.hostname)
    where = f"[{host}]" if ":" in host else host
    if port is not None:
        where += f":{port}"
    return parts._replace(netloc=where, fragment="").geturl(), host


def check(protocol: str, target: str, security: str, *, inside: bool) -> None:
    """Raise ValueError, with a sentence, for what cannot or may not be looked at."""
    if protocol == Protocol.HTTP:
        host = web_address(target)[1]
    elif protocol == Protocol.DNS:
        host = host_of(target)
        if is_address(host):
            raise ValueError(
                _("Write the name to ask for, for example example.org; an address has no records.")
            )
        return
    else:
        host = host_and_port(target, protocol, security)[0]
    if not inside and is_address(host) and is_private(host):
        raise ValueError(refusal(host))


def refusal(host: str) -> str:
    return _(
        "%(host)s is a private address. Whoever runs this machine can allow probes of this service to look there, "
        "with the setting PROBE_INSIDE."
    ) % {"host": host}


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
