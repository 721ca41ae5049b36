from datetime import UTC, datetime

import pytest

from classroom.http.date_times import EXAMPLE, MAX_LENGTH, parse_date_time

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
MIDNIGHT = datetime(2017, 1, 1, tzinfo=UTC)
VALID = {
    EXAMPLE: NOON.replace(minute=7, second=27),
    "2026-11-28T12:00:00Z": NOON,
    "2026-11-28t12:00:00z": NOON,
    "2026-11-28T12:00:00-00:00": NOON,
    "2026-11-28T13:30:00+01:30": NOON,
    "2026-11-27T12:01:00-23:59": NOON,
    "2026-11-28T12:00:00.5Z": NOON.replace(microsecond=500_000),
    "2026-11-28T12:00:00.000001Z": NOON.replace(microsecond=1),
    "2026-11-28T12:00:00.000001999+00:00": NOON.replace(microsecond=1),
    "2024-02-29T00:00:00Z": datetime(2024, 2, 29, tzinfo=UTC),
    "0001-01-01T00:00:00Z": datetime.min.replace(tzinfo=UTC),
    "0001-01-01T00:00:00-01:00": datetime(1, 1, 1, 1, tzinfo=UTC),
    "9999-12-31T23:59:59.999999999Z": datetime.max.replace(tzinfo=UTC),
    "2016-12-31T23:59:60Z": MIDNIGHT,
    "2016-12-31T15:59:60.5-08:00": MIDNIGHT.replace(microsecond=500_000),
}
INVALID = [
    *("", "now", "2026-11-28", "2026-11-28T12:00:00", "2026-11-28T12:00Z", "2026-11-28 12:00:00Z"),
    *("2026-11-28T12Z", "20261128T120000Z", "2026-W48-6T12:00:00Z", "2026-332T12:00:00Z"),
    *("2026-02-29T00:00:00Z", "2026-11-31T00:00:00Z", "2026-00-01T00:00:00Z"),
    *("2026-11-28T24:00:00Z", "2026-11-28T12:60:00Z", "2026-11-28T12:00:61Z"),
    *("2026-11-28T12:00:00+24:00", "2026-11-28T12:00:00+00:60", "2026-11-28T12:00:00+0100"),
    *("2026-11-28T12:00:00+01", "2026-11-28T12:00:00+01:00:00", "2026-11-28T12:00:00.Z"),
    *("2026-11-28T12:00:00,5Z", "2026-11-28T12:00:00.0123456789Z", "2026-11-28T12:00:00UTC"),
    *("-2026-11-28T12:00:00Z", "+2026-11-28T12:00:00Z", "12026-11-28T12:00:00Z"),
    *(" 2026-11-28T12:00:00Z", "2026-11-28T12:00:00Z\n", "2026-11-28T12:00:00Z\0"),
    *("\u0662026-11-28T12:00:00Z", "2026-11-28T12:00:0\u00b2Z", "2026-11-28T12:00:00\u017a"),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"),
    *("2016-12-31T12:00:60Z", "2016-12-31T23:59:60+01:00", "9999-12-31T23:59:60Z"),
    *("1795867647", "1e9", "2026-11-28T12:00:00Z,2026-11-28T12:00:00Z", "9" * 5000),
]


@pytest.mark.parametrize("text", VALID)
def test_a_date_time_is_converted_to_utc(text: str) -> None:
    found = parse_date_time(text)
    assert (found, found.utcoffset()) == (VALID[text], UTC.utcoffset(None))
    assert len(text) <= MAX_LENGTH


@pytest.mark.parametrize("text", INVALID)
def test_any_other_text_is_an_error_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=EXAMPLE):
        parse_date_time(text)


def test_a_decoded_plus_is_an_error_that_explains_it() -> None:
    with pytest.raises(ValueError, match="must be sent as %2B"):
        parse_date_time("2026-11-28T12:00:00 01:00")
