"""Checks of ``[server:main]``, and of the addresses of the service and its clients."""

import ipaddress
from collections.abc import Iterator

from waitress.adjustments import Adjustments

from ..server.adjustments import invalid_adjustments, parse_adjustments
from ..settings import SettingError
from .configuration import Configuration
from .findings import Finding, Level, error

_PROXY = "[server:main] trusted_proxy"
_SHARED = "clients behind a proxy share one rate limit"
_FACTORIES = {"use", "paste.server_factory", "paste.server_runner"}
_CLIENT_HEADERS = {"forwarded", "x-forwarded-for"}


def unusable_server(configuration: Configuration) -> Iterator[Finding]:
    if not _FACTORIES & configuration.server.keys():
        yield error("[server:main] use", "is not set, or the section is missing")
        return
    try:
        configuration.ini.import_server()
    except SettingError as problem:
        yield error(problem.key, problem.problem)


def invalid_server_settings(configuration: Configuration) -> Iterator[Finding]:
    problems = list(invalid_adjustments(configuration.waitress))
    if not problems:
        try:
            parse_adjustments(configuration.waitress)
        except SettingError as combined:
            problems = [combined]
    yield from (error(problem.key, problem.problem) for problem in problems)


def clients_behind_a_proxy(configuration: Configuration) -> Iterator[Finding]:
    """Find rate limits that count all clients of a proxy together."""
    adjustments = configuration.adjustments
    if not configuration.value("classroom.use_rate_limits"):
        return
    if not adjustments.trusted_proxy:
        # A proxy must be in front of a local address, and can be in front of any other.
        level = Level.ERROR if _is_local(adjustments) else Level.WARNING
        yield Finding(level, _PROXY, f"is not set: {_SHARED}")
    elif not _CLIENT_HEADERS & adjustments.trusted_proxy_headers:
        yield error(f"{_PROXY}_headers", f"has no x-forwarded-for: {_SHARED}")


def exposed_metrics(configuration: Configuration) -> Iterator[Finding]:
    key = "classroom.metrics_listen"
    address = configuration.value(key)
    if address and not _is_loopback(address.host):
        yield error(key, f"{address} is not a loopback address: clients can read the metrics")


def _is_local(adjustments: Adjustments) -> bool:
    hosts = [] if adjustments.unix_socket else [address[3][0] for address in adjustments.listen]
    return all(map(_is_loopback, hosts))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
