"""Prepare the database in the background, if it is not ready at startup."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Engine, event

from ..settings import SettingError
from .engine import make_engine
from .not_ready import NotReady
from .startup import prepare

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_ATTEMPTS = 1
_SECONDS_TO_STOP = 5


class Preparation:
    """A thread that prepares the database, with one attempt per second until one succeeds.

    It logs each kind of problem once.

    :param problem: the reason why the attempt at startup failed.
    :param engines: the engines of requests. Until the database is ready, they raise NotReady
        instead of connecting.
    """

    def __init__(
        self, settings: Mapping[str, Any], problem: NotReady, engines: Iterable[Engine]
    ) -> None:
        self.problem: NotReady | None = problem
        self._settings = settings
        self._began = time.monotonic()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._logged: set[type[NotReady]] = set()
        for engine in engines:
            event.listen(engine, "do_connect", self._refuse)
        self._record(problem)
        self._thread = threading.Thread(target=self._run, name="preparation", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Make the thread end after its current attempt, and wait some seconds for it."""
        self._stopped.set()
        self._thread.join(_SECONDS_TO_STOP)

    def call_when_ready(self, callback: Callable[[], None]) -> None:
        """Call a function once the database is ready: now, or later in the preparing thread."""
        with self._lock:
            if self.problem:
                self._callbacks.append(callback)
                return
        callback()

    def _run(self) -> None:
        engine = make_engine(self._settings)
        while not self._stopped.wait(_SECONDS_BETWEEN_ATTEMPTS):
            try:
                prepare(engine, self._settings)
            except NotReady as problem:
                self._record(problem)
            except SettingError as error:
                self._record(NotReady(error.problem))
            except Exception as error:
                # The thread must go on: the next attempt may succeed.
                self._record(NotReady(repr(error)))
            else:
                self._finish()
                break
        engine.dispose()

    def _record(self, problem: NotReady) -> None:
        self.problem = problem
        if type(problem) not in self._logged:
            self._logged.add(type(problem))
            log.error("the database is not ready: %s", problem)

    def _finish(self) -> None:
        with self._lock:
            self.problem = None
        log.info("the database is ready after %.1f seconds", time.monotonic() - self._began)
        for callback in self._callbacks:
            callback()

    def _refuse(self, *_: Any) -> None:
        if problem := self.problem:
            raise type(problem)(*problem.args)
