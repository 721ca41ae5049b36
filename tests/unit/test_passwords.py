import argon2

from classroom.security.passwords import PasswordChecker, hash_password


def test_a_password_fits_its_hash_alone() -> None:
    checker = PasswordChecker()
    stored = hash_password("cat")
    assert stored.startswith("$argon2id$")
    assert checker.check(stored, "cat")
    assert not checker.check(stored, "dog")
    assert not checker.check(hash_password("dog"), "cat")


def test_argon2_runs_once_for_a_password_that_fits(hashes: list[str]) -> None:
    checker = PasswordChecker()
    stored = hash_password("cat")
    assert [checker.check(stored, "cat") for _ in range(3)] == [True] * 3
    assert len(hashes) == 1


def test_argon2_runs_every_time_for_one_that_does_not(hashes: list[str]) -> None:
    checker = PasswordChecker()
    stored = hash_password("cat")
    assert [checker.check(stored, "dog") for _ in range(3)] == [False] * 3
    assert len(hashes) == 3


def test_an_unknown_user_costs_a_hash_of_the_same_parameters(hashes: list[str]) -> None:
    stored = hash_password("cat")
    assert not PasswordChecker().check(None, "cat")
    costs = argon2.extract_parameters(stored)
    assert [argon2.extract_parameters(hash) for hash in hashes] == [costs]
