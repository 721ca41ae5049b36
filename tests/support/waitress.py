"""An application behind a real waitress, in a thread of the test process."""

from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from .paths import ROOT
from .waiting import TIMEOUT


def create(app: Any, **settings: str) -> Any:
    """Create a server with the settings of development.ini, on a free port or a Unix socket.

    It does not close idle connections. A test that waits for a connection to be closed would pass
    for the wrong reason.
    """
    ini = ConfigParser(interpolation=None)
    ini.read(ROOT / "development.ini")
    defaults = {"listen": "127.0.0.1:0", "threads": "8", "channel_timeout": "3600"}
    settings = {**ini["server:main"], **defaults, **settings}
    del settings["use"]
    if "unix_socket" in settings:
        del settings["listen"]
    return create_server(app, **settings)


@contextmanager
def serving(app: Any, **settings: str) -> Iterator[int]:
    """Serve an application with the settings of development.ini, and yield the port."""
    server = create(app, **settings)
    with running(server):
        yield int(server.effective_port)


@contextmanager
def running(server: Any) -> Iterator[None]:
    """Run the event loop of a server in a thread, and close the server at the end."""
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.task_dispatcher.shutdown()
        stop(server)
        thread.join(TIMEOUT)


def stop(server: Any) -> None:
    """Close all sockets of a server in its event loop, which ends the loop."""
    close = partial(wasyncore.close_all, server._map)
    # The loop closes the trigger too. pull_trigger(close) would write to the trigger after
    # releasing the lock, and fail if another event had already made the loop call close().
    with server.trigger.lock:
        server.trigger.thunks.append(close)
        server.trigger.pull_trigger()
