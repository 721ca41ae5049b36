import pytest

from classroom.security.failed_logins import FailedLogins

from ..support.waiting import wait_for


def record(failed: FailedLogins, *names: str) -> None:
    for name in names:
        failed.record(name, "192.0.2.1")


def test_further_failures_are_logged_as_a_count(caplog: pytest.LogCaptureFixture) -> None:
    failed = FailedLogins(period=0.5)
    record(failed, "a", "b", "a", "a")
    wait_for(lambda: len(caplog.messages) == 3)
    assert caplog.messages == [
        "failed login of user 'a' from 192.0.2.1",
        "failed login of user 'b' from 192.0.2.1",
        "2 more failed logins of user 'a' from 192.0.2.1",
    ]
    record(failed, "b")
    assert caplog.messages[3:] == ["failed login of user 'b' from 192.0.2.1"]


def test_log_lines_are_bounded_for_any_number_of_names(caplog: pytest.LogCaptureFixture) -> None:
    failed = FailedLogins(period=0.5, max_lines=2)
    record(failed, "a", "b", "c", "d")
    wait_for(lambda: len(caplog.messages) == 3)
    assert caplog.messages[2] == "2 more failed logins of other users or from other clients"
