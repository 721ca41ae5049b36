"""Identify the client that a call is counted for."""

from functools import lru_cache
from ipaddress import IPv6Network, ip_address

_UNKNOWN = "unknown"
_MAX_LENGTH = 64  # of an address that is not an IP address, such as that of a Unix socket


@lru_cache(maxsize=1024)
def client_of(address: str | None) -> str:
    """Return the IPv4 address, or the /64 of the IPv6 address, that a call came from.

    An IPv6 client can use any address of its /64.
    """
    try:
        parsed = ip_address(address or _UNKNOWN)
    except ValueError:
        return (address or _UNKNOWN)[:_MAX_LENGTH]
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed) >> 64 << 64, 64)))
