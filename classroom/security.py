"""Who asks, and what they may do. The authority is the ACL of the tree."""

import logging
import secrets
import sysconfig
import time
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pyramid.authentication import extract_http_basic_credentials
from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.config import Configurator
from pyramid.interfaces import ISecurityPolicy
from pyramid.request import RequestLocalCache
from sqlalchemy import Engine, Executable
from zope.interface import implementer

from . import queries, tokens
from .grammar import CONTROL_CHARACTER
from .memory import Memory
from .passwords import MAX_LENGTH, PasswordChecker
from .request import Request

log = logging.getLogger(__name__)

Header = tuple[str, str]

_TOKEN_PATH = "/auth/request-token"  # noqa: S105 (a path)
_BASIC = 'Basic realm="classroom", charset="UTF-8"'
_BEARER = 'Bearer realm="classroom"'


class Identity(NamedTuple):
    """A user as the credentials proved it, apart from any session."""

    id: int
    name: str
    password_hash: str


class Verified(NamedTuple):
    """An identity, and for how many seconds it may be believed without a look-up."""

    identity: Identity
    seconds: float


class Authentication(Protocol):
    """A way to prove who asks."""

    def challenges(self, request: Request) -> list[str]:
        """The values of ``WWW-Authenticate`` that tell a client what to bring."""

    def verify(self, request: Request) -> Verified | None:
        """Whom the request's credentials prove, or None."""


class PasswordAuthentication:
    """User name and password, as HTTP Basic (RFC 7617)."""

    def __init__(self, engine: Engine, ttl: int) -> None:
        self._engine = engine
        self._ttl = ttl
        self._checker = PasswordChecker()

    def challenges(self, request: Request) -> list[str]:
        return [_BASIC]

    def verify(self, request: Request) -> Verified | None:
        credentials = extract_http_basic_credentials(request)
        if credentials is None or not _is_sound(credentials.username, credentials.password):
            return None
        user = _find_user(self._engine, queries.USER_BY_NAME, name=credentials.username)
        fits = self._checker.check(user and user.password_hash, credentials.password)
        return Verified(user, self._ttl) if user and fits else None


class TokenAuthentication:
    """A token: as ``Bearer`` (RFC 6750), or as the Basic user name with an empty password."""

    def __init__(self, engine: Engine, ttl: int, secret: str) -> None:
        self._engine = engine
        self._ttl = ttl
        self._secret = secret

    def challenges(self, request: Request) -> list[str]:
        refused = ', error="invalid_token"' if _bearer_token(request) else ""
        return [_BASIC, _BEARER + refused]

    def verify(self, request: Request) -> Verified | None:
        claims = tokens.read(self._secret, _bearer_token(request) or _basic_token(request) or "")
        if claims is None:
            return None
        user = _find_user(self._engine, queries.USER_BY_ID, id=claims.user_id)
        if user is None or not tokens.is_bound_to(claims, self._secret, user.password_hash):
            return None
        return Verified(user, min(self._ttl, claims.expires - time.time()))


@implementer(ISecurityPolicy)
class SecurityPolicy:
    """Pyramid's questions, answered from the Authorization header and the ACLs.

    :param default: the authentication that opens every path but those in ``others``.
    """

    def __init__(self, default: Authentication, others: dict[str, Authentication]) -> None:
        self._default = default
        self._others = others
        self._believed: Memory[Identity] = Memory(size=4096)
        self._identities = RequestLocalCache(self._identify)
        self._acl = ACLHelper()

    def identity(self, request: Request) -> Identity | None:
        return self._identities.get_or_create(request)

    def authenticated_userid(self, request: Request) -> str | None:
        identity = self.identity(request)
        return identity and identity.name

    def permits(self, request: Request, context: Any, permission: str) -> Any:
        principals = [Everyone]
        if self.identity(request):
            principals.append(Authenticated)
        return self._acl.permits(context, principals, permission)

    def remember(self, request: Request, userid: str, **kw: Any) -> list[Header]:
        """Nothing: HTTP authentication is remembered by the client."""
        return []

    def forget(self, request: Request, **kw: Any) -> list[Header]:
        """The challenges that belong to a 401."""
        challenges = self._authentication(request).challenges(request)
        return [("WWW-Authenticate", challenge) for challenge in challenges]

    def _authentication(self, request: Request) -> Authentication:
        return self._others.get(request.environ["PATH_INFO"], self._default)

    def _identify(self, request: Request) -> Identity | None:
        header = request.environ.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        authentication = self._authentication(request)
        proof = (type(authentication).__name__, header)
        believed = self._believed.recall(*proof)
        if believed is None and (verified := authentication.verify(request)):
            believed = verified.identity
            self._believed.keep(believed, verified.seconds, *proof)
        return believed


def _is_sound(username: str, password: str) -> bool:
    """Whether credentials are worth a hash: given, bounded, without control characters."""
    both = username + password
    return bool(
        username
        and password
        and len(both.encode()) <= MAX_LENGTH
        and not CONTROL_CHARACTER.search(both)
    )


def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _basic_token(request: Request) -> str | None:
    credentials = extract_http_basic_credentials(request)
    return credentials.username if credentials and not credentials.password else None


def _find_user(engine: Engine, statement: Executable, **key: str | int) -> Identity | None:
    # A connection of its own, since a hash within a transaction would keep other writers waiting.
    with engine.connect() as connection:
        row = connection.execute(statement, key).one_or_none()
    return Identity(*row) if row else None


def _secret_of_this_run() -> str:
    log.warning("classroom.secret_key is not set: tokens end with this process")
    return secrets.token_urlsafe(32)


def _tell_how_to_add_a_user(engine: Engine, ini: str) -> None:
    with engine.connect() as connection:
        if connection.execute(queries.ANY_USER).first() is None:
            command = _from_here(Path(sysconfig.get_path("scripts"), "classroom"))
            log.warning("no user yet; add one: %s -c %s adduser NAME", command, _from_here(ini))


def _from_here(path: str | Path) -> Path:
    here, path = Path.cwd(), Path(path)
    return path.relative_to(here) if path.is_relative_to(here) else path


def includeme(config: Configurator) -> None:
    settings, engine = config.registry["classroom.settings"], config.registry["classroom.engine"]
    secret = settings.secret_key or _secret_of_this_run()
    password = PasswordAuthentication(engine, settings.identity_ttl)
    policy = SecurityPolicy(password, {})
    if settings.use_token_auth:
        token = TokenAuthentication(engine, settings.identity_ttl, secret)
        policy = SecurityPolicy(token, {_TOKEN_PATH: password})
    config.registry["classroom.secret"] = secret
    config.set_security_policy(policy)
    # A view that names no permission is open to nobody.
    config.set_default_permission("nobody")
    _tell_how_to_add_a_user(engine, config.registry["classroom.ini"])
