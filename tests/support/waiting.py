"""Wait for a condition instead of sleeping."""

import time
from collections.abc import Callable
from typing import Any

import pytest


def wait_for(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Return the first true value of ``condition``; fail the test after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    pytest.fail(f"{condition} was false for {seconds} seconds")
