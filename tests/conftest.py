"""How tests are selected and observed. Fixtures are named as in Pyramid's cookiecutter.

No part of the service is replaced, except that passwords are hashed at the lowest cost: each test
has a new or an emptied database, pyramid_tm commits and rolls back, and every server is a real one.
"""

import gc
import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shutil import disk_usage
from typing import Any

import argon2
import pytest
from pyramid.router import Router

from classroom.environment import VARIABLES
from classroom.security import passwords

from .support.contract import contract_of
from .support.timers import running_timers
from .support.users import CHEAP_HASHER
from .support.validation import validated

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.applications",
    "tests.fixtures.servers",
]

# The test databases are in memory if there is room, so that no commit waits for a disk.
_MEMORY = Path("/dev/shm")
if (
    "TMPDIR" not in os.environ
    and os.access(_MEMORY, os.W_OK)
    and disk_usage(_MEMORY).free > 4 * 2**30
):
    tempfile.tempdir = str(_MEMORY)

# The tests must not write to a database of the developer who runs them.
for variable in VARIABLES:
    os.environ.pop(variable, None)

# Each application creates thousands of long-lived objects. With the default threshold of 700,
# garbage collection takes a tenth of the test time.
gc.set_threshold(10_000)

# The combinations of a database and a mode of authentication in which a test runs.
_COMBINATIONS = {
    "one_combination": {("sqlite", "password")},
    "diagonal": {("sqlite", "password"), ("postgresql", "token")},
}


# These come first, so that all workers finish at about the same time.
_LONG_TESTS = {
    "test_schemathesis",
    "test_documents",
    "test_model",
    "test_outages",
    "test_restarts",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Select the combinations in which each test runs, and run the long tests first."""
    items[:] = [item for item in items if _is_wanted(item)]
    items.sort(key=lambda item: item.path.stem not in _LONG_TESTS)
    for item in items:
        if _parameters(item).get("database_url") == "postgresql":
            item.add_marker("no_cover")  # Tracing is slow, and on SQLite the same lines run.


def _parameters(item: pytest.Item) -> dict[str, Any]:
    return item.callspec.params if hasattr(item, "callspec") else {}


def _is_wanted(item: pytest.Item) -> bool:
    if item.get_closest_marker("all_combinations"):
        return True
    marker = item.get_closest_marker("one_combination")
    database, mode = (_parameters(item).get(name) for name in ("database_url", "testapp"))
    return any(
        database in (None, wanted) and mode in (None, wanted_mode)
        for wanted, wanted_mode in _COMBINATIONS[marker.name if marker else "diagonal"]
    )


@pytest.fixture(autouse=True)
def _contract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compare every response of an application, in any thread, with its document."""
    errors: list[str] = []
    call = Router.__call__

    def validated_call(router: Any, environ: dict[str, Any], start_response: Any) -> Any:
        contract = contract_of(router.registry)
        return validated(partial(call, router), contract, errors.append)(environ, start_response)

    monkeypatch.setattr(Router, "__call__", validated_call)
    yield
    assert not errors


@pytest.fixture(autouse=True)
def _timers() -> Iterator[None]:
    """Cancel the timers that log the failed logins of a test a minute later, in another test."""
    yield
    for timer in running_timers():
        timer.cancel()
        timer.join()


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at the lowest cost. At the cost that the service uses, a hash takes 20 ms."""
    monkeypatch.setattr(passwords, "_HASHER", CHEAP_HASHER)
    monkeypatch.setattr(passwords, "_DUMMY_HASH", passwords._dummy_hash())


@pytest.fixture
def verified_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stored hashes with which argon2 compared a password."""
    hashes: list[str] = []
    verify = argon2.PasswordHasher.verify

    def spy(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        hashes.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", spy)
    return hashes
