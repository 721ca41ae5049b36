from pathlib import Path

import pytest
from sqlalchemy import text

from classroom.db.engine import in_autocommit
from classroom.db.startup import open_database


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 3000)],
)
def test_every_connection_has_the_pragmas(tmp_path: Path, pragma: str, value: str | int) -> None:
    engine = open_database({"sqlalchemy.url": f"sqlite:///{tmp_path}/x.sqlite"})
    with engine.connect() as one, engine.connect() as another:
        for connection in (one, another):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    engine.dispose()


def test_a_statement_in_autocommit_is_a_transaction(tmp_path: Path) -> None:
    engine = open_database({"sqlalchemy.url": f"sqlite:///{tmp_path}/x.sqlite"})
    with in_autocommit(engine).connect() as writer, engine.connect() as reader:
        writer.execute(text("INSERT INTO students (name) VALUES ('david')"))
        assert reader.execute(text("SELECT name FROM students")).scalars().all() == ["david"]
    engine.dispose()
