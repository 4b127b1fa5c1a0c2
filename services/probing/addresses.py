"""Which addresses belong to everybody, and which only to the machine or network that asks."""

import ipaddress

LOCAL_TRANSLATION = ipaddress.ip_network("64:ff9b:1::/48")  # RFC 8215
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind a NAT64 (RFC 6052)


def is_private(address: str) -> bool:
    """True for what cannot be reached from the Internet: loopback, local networks, metadata services, multicast."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        within = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if within is None and ip in TRANSLATED:
            within = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if within is not None:
            return is_private(str(within))
        if ip in LOCAL_TRANSLATION or ip.is_site_local or ip.is_reserved:
            return True
    return not ip.is_global or ip.is_multicast
