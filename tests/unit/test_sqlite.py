from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from classroom.db.engine import in_autocommit
from classroom.db.startup import open_database

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 3000}


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    engine = open_database({"sqlalchemy.url": sqlite_url})
    yield engine
    engine.dispose()


def test_every_connection_has_the_pragmas(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as another:
        for connection in (one, another):
            read = {key: connection.scalar(text(f"PRAGMA {key}")) for key in PRAGMAS}
            assert read == PRAGMAS


def test_a_statement_in_autocommit_is_a_transaction(engine: Engine) -> None:
    with in_autocommit(engine).connect() as writer, engine.connect() as reader:
        writer.execute(text("INSERT INTO students (name) VALUES ('david')"))
        assert reader.execute(text("SELECT name FROM students")).scalars().all() == ["david"]
