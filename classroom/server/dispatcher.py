"""The dispatcher, which passes requests to worker threads."""

from typing import Any

from waitress.task import ThreadedTaskDispatcher


class Dispatcher(ThreadedTaskDispatcher):
    """A dispatcher with one more thread, for requests that never block.

    They get a response even when all other threads wait for the database.
    """

    def __init__(self) -> None:
        super().__init__()
        self._nonblocking = ThreadedTaskDispatcher()
        self._nonblocking.set_thread_count(1)

    def add_task(self, task: Any) -> None:
        if task.is_next_nonblocking:
            self._nonblocking.add_task(task)
        else:
            super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> bool:
        self._nonblocking.shutdown(cancel_pending, timeout)
        return super().shutdown(cancel_pending, timeout)
