import argon2

from classroom.security.passwords import hash_password, verify_password


def test_a_password_fits_its_hash_alone() -> None:
    stored = hash_password("cat")
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "cat")
    assert not verify_password(stored, "dog")
    assert not verify_password(hash_password("dog"), "cat")


def test_an_unknown_user_costs_a_hash_of_the_same_parameters(hashes: list[str]) -> None:
    stored = hash_password("cat")
    assert not verify_password(None, "cat")
    costs = argon2.extract_parameters(stored)
    assert [argon2.extract_parameters(hash) for hash in hashes] == [costs]
