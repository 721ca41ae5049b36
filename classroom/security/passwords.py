"""argon2id hashes of passwords, and a check that takes the same time for unknown users."""

import base64
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

# OWASP's recommendation for argon2id. A check takes 19 MiB, so that four fit a small host.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the argon2id hash to store, with its salt and parameters."""
    return _HASHER.hash(password)


def _dummy_hash() -> str:
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


_DUMMY_HASH = _dummy_hash()


def fits(stored: str | None, password: str) -> bool:
    """Return whether ``password`` matches the ``stored`` hash; None is that of an unknown user.

    An unknown user costs a hash too, so that the time does not tell which users exist.
    """
    try:
        return _HASHER.verify(stored or _DUMMY_HASH, password)
    except VerificationError:
        return False
