"""The security policy: authenticate by the Authorization header, authorize by ACLs."""

import logging
import secrets
from typing import Any

from pyramid.authorization import ACLHelper, Everyone
from pyramid.config import Configurator
from pyramid.interfaces import ISecurityPolicy
from zope.interface import implementer

from ..http.codes import ErrorCode
from ..rate_limits.counters import open_counter
from ..request import Identity, Request
from ..services import services
from ..settings import Settings
from .authentication import (
    Authentication,
    PasswordAuthentication,
    Refusal,
    TokenAuthentication,
)
from .cache import TTLCache
from .failed_logins import FailedLogins
from .login_attempts import PERIOD, LoginAttempts
from .permissions import Permission
from .tokens import TOKEN_PATH

log = logging.getLogger(__name__)

Header = tuple[str, str]


@implementer(ISecurityPolicy)
class SecurityPolicy:
    """Pyramid's security policy.

    :param tokens: None in password mode. In token mode, passwords authenticate only at
        ``TOKEN_PATH``.
    """

    def __init__(
        self, passwords: PasswordAuthentication, tokens: TokenAuthentication | None
    ) -> None:
        self.passwords = passwords
        self._default: Authentication = tokens or passwords
        self._others: dict[str, Authentication] = {TOKEN_PATH: passwords}
        self._identities: TTLCache[Identity] = TTLCache(size=4096)
        self._acl = ACLHelper()

    def authenticated_userid(self, request: Request) -> str | None:
        return request.identity and request.identity.name

    def permits(self, request: Request, context: Any, permission: str) -> Any:
        principals = request.identity.principals if request.identity else (Everyone,)
        return self._acl.permits(context, principals, permission)

    def remember(self, request: Request, userid: str, **kw: Any) -> list[Header]:
        """Return no headers: clients send credentials with every request."""
        return []

    def forget(self, request: Request, **kw: Any) -> list[Header]:
        """Return the ``WWW-Authenticate`` headers of a 401."""
        challenges = self._authentication(request).challenges(request)
        return [("WWW-Authenticate", challenge) for challenge in challenges]

    def refusal(self, request: Request) -> Refusal:
        """Return the code and the message of a 401."""
        if "HTTP_AUTHORIZATION" not in request.environ:
            return Refusal(ErrorCode.AUTHENTICATION_REQUIRED)
        return self._authentication(request).refusal(request)

    def _authentication(self, request: Request) -> Authentication:
        return self._others.get(request.environ["PATH_INFO"].removesuffix("/"), self._default)

    def identity(self, request: Request) -> Identity | None:
        header = request.environ.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        authentication = self._authentication(request)
        key = (type(authentication).__name__, header)
        identity = self._identities.get(*key)
        if identity is None and (verified := authentication.verify(request)):
            identity = verified.identity
            self._identities.put(identity, verified.seconds, *key)
        return identity


def check_password(request: Request, password: str) -> str | None:
    """Return the stored hash if this is the password of the authenticated user, or None.

    A wrong password counts as a failed login.

    :raises TooManyChecks: if too many passwords are being hashed.
    :raises TooManyFailures: if too many logins failed in this minute.
    """
    assert request.identity  # noqa: S101 (the permission requires an identity)
    policy = request.registry.getUtility(ISecurityPolicy)
    user = policy.passwords.check(request, request.identity.name, password)
    # Another user may have taken the name since the identity was cached.
    return user.password_hash if user and user.id == request.identity.id else None


def _random_secret(settings: Settings) -> str:
    if settings.use_token_auth:
        log.warning("classroom.secret_key is not set: tokens become invalid on restart")
    return secrets.token_urlsafe(32)


def _login_attempts(settings: Settings, failed: FailedLogins) -> LoginAttempts:
    counter = open_counter(settings, "logins", PERIOD)
    return LoginAttempts(settings.login_attempts, counter, failed)


def includeme(config: Configurator) -> None:
    shared = services(config.registry)
    settings, database = shared.settings, shared.database
    secret = settings.secret_key or _random_secret(settings)
    ttl, failed = settings.identity_ttl, FailedLogins()
    passwords = PasswordAuthentication(database, ttl, _login_attempts(settings, failed))
    tokens = TokenAuthentication(database, ttl, secret) if settings.use_token_auth else None
    shared.secret_key = secret
    shared.count_failed_logins = lambda: failed.total
    config.set_security_policy(SecurityPolicy(passwords, tokens))
    # Nobody has access to a view that names no permission.
    config.set_default_permission(Permission.NOBODY)
