"""The name and the port of the server, for links in responses to requests without Host."""

import socket

from waitress.adjustments import Adjustments


def server_keys(connection: socket.socket, settings: Adjustments) -> dict[str, str]:
    """Return ``SERVER_NAME`` and ``SERVER_PORT`` (PEP 3333).

    Without the setting ``server_name``, the name is the IP address to which the client connected,
    since the server may listen on all addresses. A UNIX socket has neither a name nor a port.
    """
    name, port = "localhost", "443" if settings.url_scheme == "https" else "80"
    if connection.family != socket.AF_UNIX:
        name, port = _address(connection)
    if settings.server_name != Adjustments.server_name:
        name = settings.server_name
    return {"SERVER_NAME": name, "SERVER_PORT": port}


def _address(connection: socket.socket) -> tuple[str, str]:
    ip, port = connection.getsockname()[:2]
    # A URL has brackets around an IPv6 address, and no zone (RFC 3986, section 3.2.2).
    return f"[{ip.partition('%')[0]}]" if ":" in ip else ip, str(port)
