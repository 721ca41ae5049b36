"""Who asks, and what they may do. The authority is the ACL of the tree."""

import logging
import secrets
from typing import Any

from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.config import Configurator
from pyramid.interfaces import ISecurityPolicy
from zope.interface import implementer

from ..rate_limits.counters import open_counter
from ..request import Request
from ..settings import Settings
from .authentication import Authentication, Identity, PasswordAuthentication, TokenAuthentication
from .cache import Memory
from .failed_logins import FailedLogins
from .login_attempts import PERIOD, LoginAttempts

log = logging.getLogger(__name__)

Header = tuple[str, str]

_TOKEN_PATH = "/auth/request-token"  # noqa: S105 (a path)


@implementer(ISecurityPolicy)
class SecurityPolicy:
    """Pyramid's questions, answered from the Authorization header and the ACLs.

    :param default: the authentication that opens every path but those in ``others``.
    """

    def __init__(self, default: Authentication, others: dict[str, Authentication]) -> None:
        self._default = default
        self._others = others
        self._believed: Memory[Identity] = Memory(size=4096)
        self._acl = ACLHelper()

    def authenticated_userid(self, request: Request) -> str | None:
        return request.identity and request.identity.name

    def permits(self, request: Request, context: Any, permission: str) -> Any:
        principals = [Everyone]
        if request.identity:
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
        return self._others.get(request.environ["PATH_INFO"].removesuffix("/"), self._default)

    def identity(self, request: Request) -> Identity | None:
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


def _secret_of_this_run() -> str:
    log.warning("classroom.secret_key is not set: tokens end with this process")
    return secrets.token_urlsafe(32)


def _login_attempts(settings: Settings) -> LoginAttempts:
    counter = open_counter(settings, "logins", PERIOD)
    return LoginAttempts(settings.login_attempts, counter, FailedLogins())


def includeme(config: Configurator) -> None:
    settings, engine = config.registry["classroom.settings"], config.registry["classroom.engine"]
    secret = settings.secret_key or _secret_of_this_run()
    password = PasswordAuthentication(engine, settings.identity_ttl, _login_attempts(settings))
    policy = SecurityPolicy(password, {})
    if settings.use_token_auth:
        token = TokenAuthentication(engine, settings.identity_ttl, secret)
        policy = SecurityPolicy(token, {_TOKEN_PATH: password})
    config.registry["classroom.secret"] = secret
    config.set_security_policy(policy)
    # A view that names no permission is open to nobody.
    config.set_default_permission("nobody")
