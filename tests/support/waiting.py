"""Wait for a condition instead of sleeping."""

import time
from collections.abc import Callable
from typing import Any

import pytest

# Seconds until a test that waits fails. A server on a slow machine starts within ten.
TIMEOUT = 60


def wait_for(condition: Callable[[], Any]) -> Any:
    """Return the first true value of ``condition``; fail the test after ``TIMEOUT``."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    pytest.fail(f"{condition} was false for {TIMEOUT} seconds")
