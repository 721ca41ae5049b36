"""URLs in responses to requests without a valid Host header, which have the server's own name."""

import json
import re
import socket
from typing import Any

import pytest
from waitress.adjustments import Adjustments

from classroom.server.names import server_keys

from ..support.sockets import exchange
from ..support.waitress import serving

pytestmark = pytest.mark.one_combination

PROBLEM = "Accept: application/problem+json"
TOO_LARGE = "Content-Length: 2000000000"
UNSET = "waitress.invalid"  # waitress's default


def ask(port: int, start: str, *fields: str) -> Any:
    """Return the JSON of a response, with the port as a word."""
    request = "\r\n".join([start, *fields, "Connection: close", "", ""]).encode()
    body = exchange(port, request).partition(b"\r\n\r\n")[2].decode()
    return json.loads(re.sub(rf"\b{port}\b", "PORT", body))


def test_links_without_a_host_header_have_the_server_name(
    app: Any, subtests: pytest.Subtests
) -> None:
    for name, listen, host in (
        ("school.example", "127.0.0.1:0", "school.example:PORT"),
        (UNSET, "127.0.0.1:0", "127.0.0.1:PORT"),
        (UNSET, "0.0.0.0:0", "127.0.0.1:PORT"),
    ):
        with (
            subtests.test(name=name, listen=listen),
            serving(app, server_name=name, listen=listen) as port,
        ):
            assert ask(port, "GET / HTTP/1.0")["api"] == f"http://{host}/api/v1.0/"
            page = ask(port, "GET /api/v1.0/openapi.json HTTP/1.0")
            assert page["servers"] == [{"url": f"http://{host}"}]


def test_the_default_name_may_be_an_ipv6_address() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this host has no IPv6")
    with server:
        keys = server_keys(server, Adjustments())
        assert keys == {"SERVER_NAME": "[::1]", "SERVER_PORT": str(server.getsockname()[1])}


def test_a_unix_socket_has_no_port() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        keys = server_keys(ours, Adjustments())
        assert keys == {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
        named = server_keys(ours, Adjustments(server_name="school.example", url_scheme="https"))
        assert named == {"SERVER_NAME": "school.example", "SERVER_PORT": "443"}


def test_a_missing_or_invalid_host_is_400_with_the_servers_name(
    served_port: int, subtests: pytest.Subtests
) -> None:
    for start, *fields in (
        ("GET / HTTP/1.1",),
        ("GET / HTTP/1.2",),
        ("GET / HTTP/1.0", "Host: "),
        ("GET / HTTP/1.0", "Host: a b"),
        ("GET / HTTP/1.0", "Host: a", "Host: b"),
    ):
        with subtests.test(start=start, fields=fields):
            problem = ask(served_port, start, PROBLEM, *fields)
            assert (problem["status"], problem["code"]) == (400, "invalid_host")
            assert problem["type"] == "http://localhost:PORT/api/problems/invalid_host"


def test_an_error_of_waitress_has_the_url_of_its_code(
    served_port: int, subtests: pytest.Subtests
) -> None:
    for base, *fields in (
        ("http://a", "Host: a"),
        ("http://[::1]:80", "Host: [::1]:80"),
        ("http://localhost:PORT", "Host: a/b"),
        ("http://localhost:PORT", "Host: a", "Host: b"),
        ("http://localhost:PORT",),
    ):
        with subtests.test(fields=fields):
            problem = ask(served_port, "POST / HTTP/1.1", PROBLEM, TOO_LARGE, *fields)
            assert problem["type"] == f"{base}/api/problems/body_too_large"


def test_an_error_of_waitress_has_the_url_of_the_proxy(app: Any) -> None:
    fields = "X-Forwarded-Host: school.example", "X-Forwarded-Proto: https", "Host: upstream"
    trusted = "x-forwarded-host x-forwarded-proto"
    for settings, base in (
        ({"trusted_proxy": "127.0.0.1"}, "https://school.example"),
        ({"trusted_proxy": "192.0.2.1"}, "http://upstream"),
    ):
        prefixed = {**settings, "trusted_proxy_headers": trusted, "url_prefix": "/my school"}
        with serving(app, **prefixed) as port:
            problem = ask(port, "POST / HTTP/1.1", PROBLEM, TOO_LARGE, *fields)
        assert problem["type"] == f"{base}/my%20school/api/problems/body_too_large"


def test_without_a_valid_name_the_type_is_about_blank(app: Any) -> None:
    with serving(app, server_name="my school") as port:
        for start in ("POST / HTTP/1.0", "POST / HTTP/1.1"):
            assert ask(port, start, PROBLEM, TOO_LARGE)["type"] == "about:blank"
        assert ask(port, "GET / HTTP/1.0")["code"] == "invalid_host"
