"""Adaptations of waitress 3.0 that rely on its non-public parts.

Waitress has no settings for what these modules do. They replace its classes for the whole process
when the application is created. Each has a comment that says why, and a test in
tests/functional/test_hostile_connections.py, test_bad_input.py or test_shutdown.py.
"""

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import waitress.proxy_headers
import waitress.server
from pyramid.config import Configurator

from ..services import services
from .channel import Channel
from .dispatcher import Dispatcher
from .proxy_headers import parse_proxy_headers
from .servers import MultiServer, TCPServer, UnixServer
from .tasks import add_server_tween, remove_server_tweens


def includeme(config: Configurator) -> None:
    remove_server_tweens()
    config.add_directive("add_server_tween", add_server_tween)
    config.add_directive("add_server_context", add_server_context)
    shared = services(config.registry)
    Channel.request_timeout = shared.settings.request_timeout
    TCPServer.services = UnixServer.services = MultiServer.services = shared
    # create_server and the proxy middleware look these names up when they are called.
    setattr(waitress.server, "TcpWSGIServer", TCPServer)  # noqa: B010 (a type for mypy)
    setattr(waitress.server, "UnixWSGIServer", UnixServer)  # noqa: B010 (a type for mypy)
    setattr(waitress.server, "ThreadedTaskDispatcher", Dispatcher)  # noqa: B010 (a type for mypy)
    setattr(waitress.server, "MultiSocketServer", MultiServer)  # noqa: B010 (a type for mypy)
    setattr(waitress.proxy_headers, "parse_proxy_headers", parse_proxy_headers)  # noqa: B010 (as above)
    _handle_sigterm_like_sigint()


def add_server_context(
    config: Configurator, context: Callable[[Any], AbstractContextManager[None]]
) -> None:
    """Enter a context while the server runs. The argument is waitress's dispatcher.

    Commands and shells create the application, but run no server.
    """
    services(config.registry).server_contexts.append(context)


def _handle_sigterm_like_sigint() -> None:
    # SIGTERM during startup then ends the process with exit status 0. An existing handler is kept.
    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
