"""One line instead of a traceback if the server cannot listen."""

import sys
from types import TracebackType


class ListenError(OSError):
    """An address that cannot be bound; the message names it and the reason."""

    def __init__(self, address: object, reason: str | None) -> None:
        super().__init__(f"listen: cannot listen on {address}: {reason}")


def print_in_one_line() -> None:
    """Print a ListenError that ends the process without its traceback.

    pserve would turn a SystemExit into exit status 0.
    """
    sys.excepthook = _print


def _print(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if isinstance(error, ListenError):
        print(error, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)
