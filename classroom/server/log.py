"""Log one line when the service starts, and one when it has stopped."""

import logging
import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from ..services import Services
from ..settings import Settings

log = logging.getLogger(__name__)


@contextmanager
def logged(services: Services, addresses: Iterable[tuple[str, Any]]) -> Iterator[None]:
    """Log the start and the end of a server.

    :param addresses: the host and the port of each socket, as waitress represents them.
    """
    database = services.database
    parts = (
        f"classroom {version('classroom')}",
        f"Python {platform.python_version()}",
        f"database {database.url} at revision {database.revision() or 'unknown'}",
        "tokens" if services.settings.use_token_auth else "passwords",
        _rate_limits(services.settings),
        " ".join(_url(host, port) for host, port in addresses),
    )
    log.info("started: %s", ", ".join(parts))
    yield
    log.info("stopped")


def _rate_limits(settings: Settings) -> str:
    if not settings.use_rate_limits:
        return "no rate limits"
    return f"{settings.rate_limit_calls} requests per {settings.rate_limit_period} s"


def _url(host: str, port: Any) -> str:
    if host == "unix":
        return f"unix:{port}"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
