"""Tokens: JWTs (RFC 7519) signed with HS256. A changed password invalidates them."""

import hmac
from typing import Annotated

import jwt
import msgspec

from ..models.names import ID

# Integers below 2**53 are exact as floats too.
_Seconds = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]

TOKEN_PATH = "/auth/request-token"  # noqa: S105 (a path)


class Claims(
    msgspec.Struct,
    frozen=True,
    rename={"subject": "sub", "issued": "iat", "expires": "exp", "fingerprint": "pwd"},
):
    """The claims of a token; times are in Unix time."""

    subject: Annotated[str, msgspec.Meta(pattern=rf"^{ID}\Z")]
    issued: _Seconds
    expires: _Seconds
    fingerprint: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]

    @property
    def user_id(self) -> int:
        return int(self.subject)


def issue(secret: str, user_id: int, password_hash: str, now: int, lifetime: int) -> str:
    """Return a token that is valid for ``lifetime`` seconds from ``now``, in Unix time."""
    claims = Claims(str(user_id), now, now + lifetime, _fingerprint(secret, password_hash))
    return jwt.encode(msgspec.to_builtins(claims), secret, algorithm="HS256")


def read(secret: str, token: str) -> Claims | None:
    """Return the claims of a token, or None if its signature is invalid or it has expired."""
    try:
        payload = jwt.decode(
            token, secret, algorithms=["HS256"], options={"require": ["sub", "iat", "exp", "pwd"]}
        )
        return msgspec.convert(payload, Claims)
    except (jwt.InvalidTokenError, ValueError):
        return None


def is_bound_to(claims: Claims, secret: str, password_hash: str) -> bool:
    """Return whether a token was issued for the user's current password."""
    expected = _fingerprint(secret, password_hash)
    return hmac.compare_digest(claims.fingerprint.encode(), expected.encode())


def _fingerprint(secret: str, password_hash: str) -> str:
    # The prefix separates this from the signature of tokens, which uses the same key.
    return hmac.digest(secret.encode(), f"pwd {password_hash}".encode(), "sha256").hex()[:32]
