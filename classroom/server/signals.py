"""SIGTERM and SIGINT, which stop the server."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Stop:
    """When to stop: some seconds after SIGTERM, at once after SIGINT or a second signal.

    The handler raises no exception, because an exception between two steps of the event loop could
    lose data or send it twice. The loop reads the time of the stop instead.

    :param drain: seconds from SIGTERM until the server stops.
    :param wake: wakes the loop.
    """

    seconds: int
    """The length of the drain after the signal."""

    def __init__(self, drain: int, wake: Callable[[], None]) -> None:
        self._drain = drain
        self._wake = wake
        self._time: float | None = None

    def handle(self, number: int, frame: Any) -> None:
        """Handle a signal."""
        self.seconds = self._drain if number == signal.SIGTERM and not self.is_requested else 0
        self._time = time.monotonic() + self.seconds
        self._wake()

    @property
    def is_requested(self) -> bool:
        return self._time is not None

    @property
    def seconds_left(self) -> float:
        """Return the time until the server stops, after the first signal."""
        return max((self._time or 0) - time.monotonic(), 0)


@contextmanager
def handled(stop: Stop) -> Iterator[None]:
    """Pass signals to ``stop``. Afterwards, the next one ends the process at once.

    Handlers that another program has installed are kept. Only the main thread handles signals.
    """
    default = signal.default_int_handler
    in_main_thread = threading.current_thread() is threading.main_thread()
    signals = (signal.SIGTERM, signal.SIGINT) if in_main_thread else ()
    replaced = [number for number in signals if signal.getsignal(number) is default]
    for number in replaced:
        signal.signal(number, stop.handle)
    yield
    for number in replaced:
        signal.signal(number, default)
