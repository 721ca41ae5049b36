import time

import jwt
import pytest

from classroom.security import tokens

SECRET = "s" * 32
NOW = int(time.time())
CLAIMS = {"sub": "7", "iat": NOW, "exp": NOW + 60, "pwd": "x"}


def test_a_token_has_subject_and_lifetime() -> None:
    token = tokens.issue(SECRET, 7, "hash", NOW, 3600)
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert (claims["sub"], claims["iat"], claims["exp"]) == ("7", NOW, NOW + 3600)
    read = tokens.read(SECRET, token)
    assert read is not None
    assert (read.user_id, read.expires) == (7, NOW + 3600)


def test_a_token_is_bound_to_its_password() -> None:
    read = tokens.read(SECRET, tokens.issue(SECRET, 7, "hash", NOW, 3600))
    assert read is not None
    assert tokens.is_bound_to(read, SECRET, "hash")
    assert not tokens.is_bound_to(read, SECRET, "another")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "é",
        jwt.encode(CLAIMS, "t" * 32, "HS256"),
        jwt.encode(CLAIMS, "s" * 64, "HS512"),
        jwt.encode(CLAIMS, None, "none"),
        jwt.encode({**CLAIMS, "exp": NOW}, SECRET, "HS256"),
        jwt.encode({**CLAIMS, "sub": "x"}, SECRET, "HS256"),
        *(
            jwt.encode({k: v for k, v in CLAIMS.items() if k != name}, SECRET, "HS256")
            for name in CLAIMS
        ),
    ],
)
def test_invalid_tokens_are_rejected(token: str) -> None:
    assert tokens.read(SECRET, token) is None
