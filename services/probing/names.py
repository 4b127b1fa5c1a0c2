"""Asking a name server, in a thread: answers are one packet, and dnspython does not mix with libcurl's loop."""

import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from services.models import Reason
from services.probing.addresses import is_private
from services.probing.looks import Look, Seen, failed, worked


def ask(look: Look) -> Seen:
    """Whether the name has a record of that type, that contains what is expected."""
    began = time.monotonic()
    try:
        server, port = name_server(look)
        if look.resolver and not look.inside and is_private(server):
            return failed(look, Reason.INSIDE)
        question = dns.message.make_query(look.target, look.record_type)
        answer, _tcp = dns.query.udp_with_fallback(question, server, look.timeout_seconds, port)
    except dns.resolver.NoResolverConfiguration as error:
        return failed(look, Reason.OURS, str(error))
    except dns.exception.Timeout:
        return failed(look, Reason.TIMEOUT)
    except ConnectionRefusedError as error:
        return failed(look, Reason.REFUSED, str(error))
    except (dns.exception.DNSException, EOFError) as error:
        return failed(look, Reason.PROTOCOL, f"{type(error).__name__}: {error}")
    except OSError as error:
        return failed(look, Reason.UNREACHABLE, str(error))
    latency = round((time.monotonic() - began) * 1000)
    if answer.rcode() == dns.rcode.NXDOMAIN:
        return failed(look, Reason.NAME, "NXDOMAIN")
    if answer.rcode() != dns.rcode.NOERROR:
        return failed(look, Reason.STATUS, dns.rcode.to_text(answer.rcode()))
    wanted = dns.rdatatype.from_text(look.record_type)
    records = [row.to_text() for group in answer.answer if group.rdtype == wanted for row in group]
    if not records:
        return failed(look, Reason.CONTENT, f"no {look.record_type} record")
    if look.expects_text and not any(look.expects_text.lower() in row.lower() for row in records):
        return failed(look, Reason.CONTENT, ", ".join(sorted(records)))
    return worked(look, latency)


def name_server(look: Look) -> tuple[str, int]:
    if look.resolver:
        return look.resolver, look.resolver_port
    configured = dns.resolver.get_default_resolver()
    return str(configured.nameservers[0]), configured.port
