"""RFC 3339 dates and times (section 5.6)."""

import re
from datetime import UTC, datetime, timedelta

EXAMPLE = "2026-11-28T12:07:27Z"
MAX_LENGTH = 35
"""The length of a date and time with nanoseconds and an offset."""

_DATE_TIME = re.compile(
    "(?P<minute>[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9])"
    r":(?P<second>[0-5][0-9]|60)(?P<fraction>(?:\.[0-9]{1,9})?)"
    "(?P<offset>Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.IGNORECASE | re.ASCII,
)
_RULE = f"must be a date and time with an offset (RFC 3339), such as {EXAMPLE}"
_PLUS = "the + of the offset must be sent as %2B, because + stands for a space in a query"


def parse_date_time(text: str) -> datetime:
    """Return a date and time in UTC. Digits beyond microseconds are ignored.

    :raises ValueError: if the text is not an RFC 3339 date-time in the years 1 to 9999 (UTC).
    """
    parts = _DATE_TIME.fullmatch(text)
    if not parts:
        raise ValueError(_PLUS if _DATE_TIME.fullmatch(text.replace(" ", "+")) else _RULE)
    try:
        return _in_utc(**parts.groupdict())
    except (ValueError, OverflowError):
        raise ValueError(_RULE) from None


def _in_utc(minute: str, second: str, fraction: str, offset: str) -> datetime:
    is_leap = second == "60"
    text = f"{minute}:{'59' if is_leap else second}{fraction}{offset}"
    moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    return _after_leap_second(moment) if is_leap else moment


def _after_leap_second(moment: datetime) -> datetime:
    """Return the next second: clocks have no leap seconds, which only occur before midnight."""
    if (moment.hour, moment.minute) != (23, 59):
        raise ValueError
    return moment + timedelta(seconds=1)
