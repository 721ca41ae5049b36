"""Conflicts between transactions: PostgreSQL simulates them, or a write comes in between."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Executable, event

# Raises the error of a conflict ``times`` times, at the INSERT of a student or at COMMIT.
CONFLICTS = """
CREATE SEQUENCE tries;
CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tries') <= {times} THEN RAISE EXCEPTION USING ERRCODE = '{state}'; END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER conflict AFTER INSERT ON students DEFERRABLE {when}
    FOR EACH ROW EXECUTE FUNCTION conflict();
"""


@contextmanager
def before_statement(fragment: str, act: Callable[[], Any]) -> Iterator[None]:
    """Call a function once, just before the next statement that contains a text is sent.

    The reads of requests without a transaction are not seen.
    """
    pending = [act]

    def call(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if pending and fragment in statement:
            pending.pop()()

    event.listen(Engine, "before_cursor_execute", call)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", call)
    assert not pending, f"no statement contained {fragment}"


def commit(engine: Engine, *statements: Executable) -> Callable[[], None]:
    """Return a function that commits statements in a separate transaction."""

    def commit() -> None:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)

    return commit


def first_lock(engine: Engine) -> str:
    """Return a text in the statement with which a write first locks rows, or all of SQLite."""
    return "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "FOR UPDATE"
