import argon2
import pytest

from classroom.security.passwords import hash_password, verify_password


@pytest.fixture(autouse=True)
def _cheap_passwords() -> None:
    """Keep the costs of the service, which the tests reduce elsewhere."""


def test_a_password_matches_its_own_hash_only() -> None:
    stored = hash_password("cat")
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "cat")
    assert not verify_password(stored, "dog")
    assert not verify_password(hash_password("dog"), "cat")


def test_a_password_is_hashed_at_the_costs_of_owasp() -> None:
    costs = argon2.extract_parameters(hash_password("cat"))
    assert (costs.memory_cost, costs.time_cost, costs.parallelism) == (19 * 1024, 2, 1)


def test_the_dummy_hash_has_the_same_costs(verified_hashes: list[str]) -> None:
    stored = hash_password("cat")
    assert not verify_password(None, "cat")
    costs = argon2.extract_parameters(stored)
    assert [argon2.extract_parameters(hash) for hash in verified_hashes] == [costs]
