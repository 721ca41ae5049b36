"""Tokens: JWTs (RFC 7519) signed with HS256, bound to the password that they were issued for."""

import hmac
from typing import Annotated

import jwt
import msgspec

from ..models.names import ID

# Times up to here are exact as floats, too.
_Seconds = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]

TOKEN_PATH = "/auth/request-token"  # noqa: S105 (a path)


class Claims(
    msgspec.Struct,
    frozen=True,
    rename={"subject": "sub", "issued": "iat", "expires": "exp", "fingerprint": "pwd"},
):
    """The claims of a token; times are in seconds of the epoch."""

    subject: Annotated[str, msgspec.Meta(pattern=rf"^{ID}\Z")]
    issued: _Seconds
    expires: _Seconds
    fingerprint: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]

    @property
    def user_id(self) -> int:
        return int(self.subject)


def issue(secret: str, user_id: int, password_hash: str, now: int, lifetime: int) -> str:
    """A token of ``lifetime`` seconds from ``now``, in seconds of the epoch."""
    claims = Claims(str(user_id), now, now + lifetime, _fingerprint(secret, password_hash))
    return jwt.encode(msgspec.to_builtins(claims), secret, algorithm="HS256")


def read(secret: str, token: str) -> Claims | None:
    """The claims of a token that ``secret`` signed and that has not expired, or None."""
    try:
        payload = jwt.decode(
            token, secret, algorithms=["HS256"], options={"require": ["sub", "iat", "exp", "pwd"]}
        )
        return msgspec.convert(payload, Claims)
    except (jwt.InvalidTokenError, ValueError):
        return None


def is_bound_to(claims: Claims, secret: str, password_hash: str) -> bool:
    """Whether a token was issued for this password, and not for one before it."""
    expected = _fingerprint(secret, password_hash)
    return hmac.compare_digest(claims.fingerprint.encode(), expected.encode())


def _fingerprint(secret: str, password_hash: str) -> str:
    # The prefix keeps this apart from the signature, which is made with the same key.
    return hmac.digest(secret.encode(), f"pwd {password_hash}".encode(), "sha256").hex()[:32]
