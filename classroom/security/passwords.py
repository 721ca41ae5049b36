"""Hash and verify passwords with argon2id."""

import base64
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

# OWASP's recommendation for argon2id. A check takes 19 MiB, so a small host can run four.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the argon2id hash to store, with its salt and parameters."""
    return _HASHER.hash(password)


def _dummy_hash() -> str:
    """Return a random hash that costs as much to verify as a real one."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


_DUMMY_HASH = _dummy_hash()


def verify_password(stored: str | None, password: str) -> bool:
    """Return whether a password matches the ``stored`` hash, which is None for an unknown user.

    The password of an unknown user is hashed too: otherwise the response time would reveal which
    users exist.
    """
    try:
        return _HASHER.verify(stored or _DUMMY_HASH, password)
    except VerificationError:
        return False
