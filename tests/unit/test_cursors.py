from datetime import UTC, datetime

import pytest

from classroom.db.slices import Key
from classroom.http.cursors import read_cursor, write_cursor

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "key",
    [
        (7,),
        (10**18 - 1, 1),
        ("jose garcia", 7),
        ("a.1", 7),
        (NOON, 7, 3),
        (NOON.replace(microsecond=1), 7, 3),
        (datetime(1, 1, 1, microsecond=1, tzinfo=UTC), 1),
        (datetime.max.replace(tzinfo=UTC), 1),
    ],
)
def test_a_cursor_stands_for_its_key(key: Key) -> None:
    assert read_cursor(write_cursor(key), [type(value) for value in key]) == key


@pytest.mark.parametrize("text", ["", "0.1", "x.1", "1", "1.1.1", "-1.1", f"{'9' * 18}.1"])
def test_any_other_text_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="must be a cursor"):
        read_cursor(text, [datetime, int])
