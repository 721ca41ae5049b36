import pytest

from classroom.security.failed_logins import FailedLogins

from ..support.timers import running_timers

CLIENT = "203.0.113.77"
PERIOD = 3600


def record(failed: FailedLogins, *names: str) -> None:
    for name in names:
        failed.record(name, CLIENT)


def end_period() -> None:
    """Call what the timer calls at the end of the period."""
    [timer] = running_timers()
    assert timer.interval == PERIOD
    timer.cancel()
    timer.join()
    timer.function()


def test_further_failures_are_logged_as_a_count(caplog: pytest.LogCaptureFixture) -> None:
    failed = FailedLogins(PERIOD)
    record(failed, "a", "b", "a", "a")
    assert caplog.messages == [
        f"failed login for user 'a' from {CLIENT}",
        f"failed login for user 'b' from {CLIENT}",
    ]
    caplog.clear()
    end_period()
    assert caplog.messages == [f"2 more failed logins for user 'a' from {CLIENT}"]
    caplog.clear()
    record(failed, "a", "b")  # The count was the line of user a in this period.
    assert caplog.messages == [f"failed login for user 'b' from {CLIENT}"]
    caplog.clear()
    end_period()
    assert caplog.messages == [f"1 more failed logins for user 'a' from {CLIENT}"]


def test_log_lines_are_bounded_for_any_number_of_names(caplog: pytest.LogCaptureFixture) -> None:
    failed = FailedLogins(PERIOD, max_lines=2)
    record(failed, "a", "b", "c", "d")
    end_period()
    assert caplog.messages[2:] == ["2 more failed logins for other users or from other clients"]
