"""Hold worker threads in the middle of a request."""

import threading

import argon2
import pytest

from .waiting import TIMEOUT


class Gate:
    """Blocks every password check until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened, self.waiting = threading.Event(), 0
        verify, lock = argon2.PasswordHasher.verify, threading.Lock()

        def held(hasher: argon2.PasswordHasher, stored: str, password: str) -> bool:
            with lock:
                self.waiting += 1
            assert self.opened.wait(TIMEOUT)
            return verify(hasher, stored, password)

        monkeypatch.setattr(argon2.PasswordHasher, "verify", held)
