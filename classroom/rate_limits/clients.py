"""The client that a call is counted for."""

from functools import lru_cache
from ipaddress import IPv6Network, ip_address

_UNKNOWN = "unknown"
_MAX_LENGTH = 64  # of a peer that is not an IP address, as a Unix socket's


@lru_cache(maxsize=1024)
def client_of(address: str | None) -> str:
    """Return the IPv4 address, or the /64 of the IPv6 address, that a call came from.

    An IPv6 client chooses its addresses freely within a /64.
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
