"""The SQL statements that a block sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from webtest import TestApp


class Statement(NamedTuple):
    text: str
    parameters: Any


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """Collect the statements of all engines, except those that begin a transaction."""
    sent: list[Statement] = []

    def record(connection: Any, cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if not text.startswith("BEGIN"):
            sent.append(Statement(text, parameters))

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", record)


def statements_of_pages(client: TestApp, url: str) -> list[Statement]:
    """Return the statements for the first and the last pages, by cursor and by number."""
    with statements() as sent:
        first = client.get(url).json["meta"]
        last = client.get(first["last"]).json["meta"]
        if first["next"]:
            for link in (first["next"], last["prev"], f"{url}&page=2"):
                client.get(link)
    return sent
