"""Whom and what a report names: an account of ours, a service of ours. A hint for the desk, never a verdict."""

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from services.models import Service

ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]@/]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}", re.IGNORECASE)
HOST = re.compile(r"(?:https?|hxxps?)://([a-z0-9.-]{1,253})", re.IGNORECASE)
MOST = 50
REMEMBERED_SECONDS = 10


def whom_and_what(text: str) -> tuple[User | None, Service | None]:
    """The one account and the one service a text names; None where it names none, or several."""
    return the_account(ADDRESS.findall(text)[:MOST]), the_service(HOST.findall(text)[:MOST])


def the_account(addresses: Collection[str]) -> User | None:
    found = list(people_at(addresses)[:2]) if addresses else []
    return found[0] if len(found) == 1 else None


def people_at(addresses: Collection[str]) -> QuerySet[User]:
    """Accounts with one of these confirmed addresses, or whose user name is the mailbox before our own domain."""
    wanted = {address.lower().strip() for address in addresses if len(address) <= 320}
    ours = _our_domains()
    names = {name for name, _, domain in (address.partition("@") for address in wanted) if domain in ours}
    verified = EmailAddress.objects.annotate(lower=Lower("email")).filter(verified=True, lower__in=wanted)
    by_address = User.objects.filter(pk__in=verified.values("user"))
    return (
        (by_address | User.objects.filter(username__in=names)).order_by("pk")
        if names
        else by_address.order_by("pk")
    )


def is_ours(host: str) -> bool:
    """Whether a name belongs to this host: the portal's domain, a service's, one the operator names, or one below."""
    host = host.lower().rstrip(".")
    services = {name for _pk, name in _hosts_of_services()}
    above = {up for name in services if "." in (up := name.partition(".")[2])}
    ours = {*_our_domains(), *settings.HOST_DOMAINS, *services, *above}
    return any(host == one or host.endswith(f".{one}") for one in ours if one)


def is_our_address(address: str) -> bool | None:
    """Whether an Internet address is this host's; None when nobody told us which are."""
    if not settings.HOST_NETWORKS:
        return None
    return any(ip_address(address) in network for network in settings.HOST_NETWORKS)


def _our_domains() -> set[str]:
    """The name of the portal, and the domain above it: portal.example.org, example.org."""
    host = (urlsplit(settings.SITE_URL).hostname or "").lower()
    above = host.partition(".")[2]
    return {host, above} if "." in above else {host}


def the_service(hosts: Collection[str]) -> Service | None:
    wanted = {host.lower().rstrip(".") for host in hosts}
    if not wanted:
        return None
    found = [pk for pk, host in _hosts_of_services() if host in wanted]
    return Service.objects.filter(pk=found[0]).first() if len(found) == 1 else None


def _hosts_of_services() -> list[tuple[int, str]]:
    """Asked of the database once in a few seconds: services come and go rarely, reports in heaps."""
    found = cache.get("abuse.hosts")
    if found is None:
        addresses = Service.objects.exclude(url="").values_list("pk", "url")
        found = [(pk, (urlsplit(url).hostname or "").lower()) for pk, url in addresses]
        cache.set("abuse.hosts", found, REMEMBERED_SECONDS)
    return found
