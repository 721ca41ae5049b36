"""Tokens: JWTs (RFC 7519) signed with HS256, bound to the password that they were issued for."""

import hmac
from typing import NamedTuple

import jwt


class Claims(NamedTuple):
    """What a valid token says: the user's id, the fingerprint of the password, the expiry."""

    user_id: int
    fingerprint: str
    expires: int


def issue(secret: str, user_id: int, password_hash: str, now: int, lifetime: int) -> str:
    """A token of ``lifetime`` seconds from ``now``, in seconds of the epoch."""
    claims = {
        "sub": str(user_id),
        "iat": now,
        "exp": now + lifetime,
        "pwd": _fingerprint(secret, password_hash),
    }
    return jwt.encode(claims, secret, algorithm="HS256")


def read(secret: str, token: str) -> Claims | None:
    """The claims of a token that ``secret`` signed and that has not expired, or None."""
    try:
        claims = jwt.decode(
            token, secret, algorithms=["HS256"], options={"require": ["sub", "iat", "exp", "pwd"]}
        )
        return Claims(int(claims["sub"]), str(claims["pwd"]), int(claims["exp"]))
    except (jwt.InvalidTokenError, ValueError):
        return None


def is_bound_to(claims: Claims, secret: str, password_hash: str) -> bool:
    """Whether a token was issued for this password, and not for one before it."""
    expected = _fingerprint(secret, password_hash)
    return hmac.compare_digest(claims.fingerprint.encode(), expected.encode())


def _fingerprint(secret: str, password_hash: str) -> str:
    # The prefix keeps this apart from the signature, which is made with the same key.
    return hmac.digest(secret.encode(), f"pwd {password_hash}".encode(), "sha256").hex()[:32]
