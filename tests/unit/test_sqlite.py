from pathlib import Path

import pytest
from sqlalchemy import text

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
