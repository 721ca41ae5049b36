"""Handle malformed headers from a trusted proxy."""

import logging
from typing import Any

from waitress import proxy_headers

_log = logging.getLogger(__name__)
_parse = proxy_headers.parse_proxy_headers


def parse_proxy_headers(
    environ: dict[str, Any], *, trusted_proxy_headers: set[str], **options: Any
) -> set[str]:
    """Apply the proxy's headers to ``environ``, and return the names of those to remove from it."""
    # Waitress would respond to a malformed header in plain text, bypass the rate limits, and log
    # the whole header. Instead, the application responds, and counts the request against the
    # proxy's rate limit.
    try:
        return _parse(environ, trusted_proxy_headers=trusted_proxy_headers, **options)
    except proxy_headers.MalformedProxyHeader as error:
        header = error.header.split()[0]
    except IndexError:
        # Waitress raises this for a port without an address.
        header = "Forwarded" if "forwarded" in trusted_proxy_headers else "X-Forwarded-For"
    environ["classroom.malformed_header"] = header
    value = environ.get(f"HTTP_{header.upper().replace('-', '_')}")
    _log.warning("malformed %s from the proxy %s: %.100r", header, environ["REMOTE_ADDR"], value)
    return set(proxy_headers.PROXY_HEADERS)
