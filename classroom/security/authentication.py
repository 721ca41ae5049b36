"""Authentication by user name and password, or by token."""

import base64
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from ..db import queries
from ..db.database import Database
from ..db.statements import SelectStatement
from ..http.codes import ErrorCode
from ..models.credentials import validate_login
from ..models.validation import InvalidValue
from ..rate_limits.clients import client_of
from ..request import Identity, Request
from . import tokens
from .cache import TTLCache
from .login_attempts import CheckSlots, LoginAttempts
from .passwords import verify_password
from .principals import principals_of

_BASIC = 'Basic realm="classroom", charset="UTF-8"'
_BEARER = 'Bearer realm="classroom"'
_HOUR = 3600.0  # seconds
_WORKER_THREADS = 4  # waitress's default, assumed for other servers


class Verified(NamedTuple):
    """An identity, and for how many seconds it may be cached."""

    identity: Identity
    seconds: float


class Refusal(NamedTuple):
    """The code and the message of a 401."""

    code: ErrorCode
    message: str = "please authenticate"


class Authentication(Protocol):
    """A way to authenticate a request."""

    def challenges(self, request: Request) -> list[str]:
        """Return the values of ``WWW-Authenticate``."""

    def refusal(self, request: Request) -> Refusal:
        """Return why a request has no identity."""

    def verify(self, request: Request) -> Verified | None:
        """Return the authenticated identity, or None."""


class PasswordAuthentication:
    """HTTP Basic with user name and password (RFC 7617)."""

    def __init__(self, database: Database, ttl: int, attempts: LoginAttempts) -> None:
        self._database = database
        self._ttl = ttl
        self._attempts = attempts
        self._slots = CheckSlots()
        self._matched_hashes: TTLCache[str] = TTLCache(size=4096)

    def challenges(self, request: Request) -> list[str]:
        return [_BASIC]

    def refusal(self, request: Request) -> Refusal:
        return Refusal(ErrorCode.INVALID_CREDENTIALS)

    def verify(self, request: Request) -> Verified | None:
        """Return the authenticated identity, or None.

        :raises TooManyChecks: if too many passwords are being hashed.
        :raises TooManyFailures: if too many logins failed in this minute.
        """
        username, password = _basic_credentials(request)
        user = self._find_cached(username, password) or self.check(request, username, password)
        return Verified(user, self._ttl) if user else None

    def check(self, request: Request, username: str, password: str) -> Identity | None:
        """Return the user, or None if the password is wrong, which counts as a failed login.

        :raises TooManyChecks: if too many passwords are being hashed.
        :raises TooManyFailures: if too many logins failed in this minute.
        """
        try:
            validate_login(username, password)
        except InvalidValue:
            return None
        return self._check(request, username, password)

    def _find_cached(self, username: str, password: str) -> Identity | None:
        """Return the user if the password matched the stored hash within the last hour."""
        matched_hash = self._matched_hashes.get(username, password)
        user = self._find(username) if matched_hash else None
        return user if user and user.password_hash == matched_hash else None

    def _check(self, request: Request, username: str, password: str) -> Identity | None:
        client = client_of(request.remote_addr)
        # Check inside the slot, so that concurrent logins exceed the limit at most by the number of
        # slots.
        with self._slots.take(request.environ.get("classroom.worker_threads", _WORKER_THREADS)):
            self._attempts.check(username, client)
            user = self._find(username)
            if verify_password(user and user.password_hash, password) and user:
                self._matched_hashes.put(user.password_hash, _HOUR, username, password)
                return user
            self._attempts.count_failure(username, client)
        return None

    def _find(self, username: str) -> Identity | None:
        return _find_user(self._database, queries.USER_BY_NAME, name=username)


class TokenAuthentication:
    """A token as ``Bearer`` (RFC 6750), or as the Basic user name with an empty password."""

    def __init__(self, database: Database, ttl: int, secret: str) -> None:
        self._database = database
        self._ttl = ttl
        self._secret = secret

    def challenges(self, request: Request) -> list[str]:
        # For a Basic challenge, a browser would show a login dialog, and the script that sent the
        # token would wait until the user closes it.
        if _scheme(request) == "bearer":
            return [f'{_BEARER}, error="invalid_token"']
        return [_BASIC, _BEARER]

    def refusal(self, request: Request) -> Refusal:
        _, password = _basic_credentials(request)
        if not password:
            return Refusal(ErrorCode.INVALID_TOKEN)
        url = request.application_url + tokens.TOKEN_PATH
        return Refusal(ErrorCode.TOKEN_REQUIRED, f"use the password to get a token at {url}")

    def verify(self, request: Request) -> Verified | None:
        claims = tokens.read(self._secret, _token(request))
        if claims is None:
            return None
        user = _find_user(self._database, queries.USER_BY_ID, id=claims.user_id)
        if user is None or not tokens.is_bound_to(claims, self._secret, user.password_hash):
            return None
        return Verified(user, min(self._ttl, claims.expires - time.time()))


def _basic_credentials(request: Request) -> tuple[str, str]:
    """Return the user name and password of HTTP Basic in UTF-8 (RFC 7617), or empty strings."""
    try:
        decoded = base64.b64decode(_credentials(request, "basic"), validate=True).decode()
    except ValueError:
        return "", ""
    username, _, password = decoded.partition(":")
    return username, password


def _token(request: Request) -> str:
    username, password = _basic_credentials(request)
    return _credentials(request, "bearer") or (username if not password else "")


def _credentials(request: Request, scheme: str) -> str:
    """Return the credentials in the Authorization header, or "" if it uses another scheme."""
    _, _, credentials = _authorization(request).partition(" ")
    return credentials.strip() if _scheme(request) == scheme else ""


def _scheme(request: Request) -> str:
    return _authorization(request).partition(" ")[0].lower()


def _authorization(request: Request) -> str:
    return request.environ.get("HTTP_AUTHORIZATION", "")


def _find_user(database: Database, statement: SelectStatement, **key: str | int) -> Identity | None:
    # Not in the request's transaction: hashing inside it would block other writers. The reader is
    # not stored, because metrics replace it later.
    return identity_of(database.reader.rows(statement, key))


def identity_of(rows: Sequence[Any]) -> Identity | None:
    """Return the identity of the user that a statement of ``queries`` has found, or None."""
    if not rows:
        return None
    user = rows[0]
    # The outer join of the statement returns one null for a user without classes.
    classes = [row.class_id for row in rows if row.class_id is not None]
    principals = principals_of(user.id, user.role, classes)
    return Identity(user.id, user.name, user.password_hash, principals)
