import argon2
import pytest

from classroom.passwords import PasswordChecker, hash_password


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes against which argon2 was asked to verify, which is what takes the time."""
    asked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def spy(self: argon2.PasswordHasher, hash: str, password: str) -> bool:
        asked.append(hash)
        return verify(self, hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", spy)
    return asked


def test_a_password_fits_its_hash_alone() -> None:
    checker = PasswordChecker()
    stored = hash_password("cat")
    assert stored.startswith("$argon2id$")
    assert checker.check(stored, "cat")
    assert not checker.check(stored, "dog")
    assert not checker.check(hash_password("dog"), "cat")


def test_argon2_runs_once_for_a_password_that_fits(checks: list[str]) -> None:
    checker = PasswordChecker()
    stored = hash_password("cat")
    assert [checker.check(stored, "cat") for _ in range(3)] == [True] * 3
    assert len(checks) == 1


def test_argon2_runs_every_time_for_one_that_does_not(checks: list[str]) -> None:
    checker = PasswordChecker()
    stored = hash_password("cat")
    assert [checker.check(stored, "dog") for _ in range(3)] == [False] * 3
    assert len(checks) == 3


def test_an_unknown_user_costs_a_hash_of_the_same_parameters(checks: list[str]) -> None:
    stored = hash_password("cat")
    assert not PasswordChecker().check(None, "cat")
    costs = argon2.extract_parameters(stored)
    assert [argon2.extract_parameters(hash) for hash in checks] == [costs]
