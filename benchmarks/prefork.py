"""``python -m benchmarks.prefork INI 0,1``: serve an ini file with one pinned process per core.

All processes accept connections on one socket.
"""

import os
import signal
import socket
import sys
from configparser import ConfigParser
from multiprocessing import get_context
from typing import Any

import waitress
from pyramid.paster import get_app, setup_logging


def main(ini: str, cores: list[int]) -> None:
    """Serve until a signal ends the process."""
    parser = ConfigParser(interpolation=None)
    parser.read(ini)
    settings: dict[str, Any] = dict(parser["server:main"])
    del settings["use"]
    host, port = settings.pop("listen").split(":")
    listener = socket.create_server((host, int(port)), backlog=1024)
    fork = get_context("fork")
    workers = [
        fork.Process(target=_work, args=(ini, core, listener, settings), daemon=True)
        for core in cores
    ]
    for worker in workers:
        worker.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # ends the workers
    for worker in workers:
        worker.join()


def _work(ini: str, core: int, listener: socket.socket, settings: dict[str, Any]) -> None:
    os.sched_setaffinity(0, [core])
    setup_logging(ini)
    waitress.serve(get_app(ini), sockets=[listener], **settings)


if __name__ == "__main__":
    main(sys.argv[1], [int(core) for core in sys.argv[2].split(",")])
