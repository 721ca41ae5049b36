"""Passwords: argon2id hashes, and a check that costs the same whoever is asked about."""

import base64
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

# OWASP's first choice for argon2id: 19 MiB a check, so that four at once still fit a small host.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The argon2id hash to store, with its salt and parameters."""
    return _HASHER.hash(password)


def _hash_of_nothing() -> str:
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


_HASH_OF_NOTHING = _hash_of_nothing()


def fits(stored: str | None, password: str) -> bool:
    """Whether ``password`` fits the ``stored`` hash; with None, an unknown user's, never.

    An unknown user costs a hash like any other, or the time would tell who exists.
    """
    try:
        return _HASHER.verify(stored or _HASH_OF_NOTHING, password)
    except VerificationError:
        return False
