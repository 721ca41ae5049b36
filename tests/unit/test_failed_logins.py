from collections.abc import Callable

import pytest

from classroom.security.failed_logins import FailedLogins

from ..support.waiting import wait_for

CLIENT = "203.0.113.77"


def record(failed: FailedLogins, *names: str) -> None:
    for name in names:
        failed.record(name, CLIENT)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return the lines that the test caused.

    Timers of earlier tests in the same process may still log failures from other addresses.
    """
    return lambda: [line for line in caplog.messages if CLIENT in line or "other clients" in line]


def test_further_failures_are_logged_as_a_count(lines: Callable[[], list[str]]) -> None:
    failed = FailedLogins(period=0.5)
    record(failed, "a", "b", "a", "a")
    wait_for(lambda: len(lines()) == 3)
    assert lines() == [
        f"failed login for user 'a' from {CLIENT}",
        f"failed login for user 'b' from {CLIENT}",
        f"2 more failed logins for user 'a' from {CLIENT}",
    ]
    record(failed, "b")
    assert lines()[3:] == [f"failed login for user 'b' from {CLIENT}"]


def test_log_lines_are_bounded_for_any_number_of_names(lines: Callable[[], list[str]]) -> None:
    failed = FailedLogins(period=0.5, max_lines=2)
    record(failed, "a", "b", "c", "d")
    wait_for(lambda: len(lines()) == 3)
    assert lines()[2] == "2 more failed logins for other users or from other clients"
