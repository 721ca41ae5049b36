"""Print one line instead of a traceback if the server cannot listen."""

import sys
from types import TracebackType


class ListenError(OSError):
    """An address that cannot be bound; the message names it, its setting and the reason."""

    def __init__(self, key: str, address: object, reason: str | None) -> None:
        super().__init__(f"{key}: cannot listen on {address}: {reason}")


def print_in_one_line() -> None:
    """Print only the message of a ListenError that ends the process, without a traceback.

    A SystemExit would not do: pserve turns it into exit status 0.
    """
    sys.excepthook = _print


def _print(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if isinstance(error, ListenError):
        print(error, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)
