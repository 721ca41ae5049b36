"""Views of the entry points, the token and the OpenAPI document."""

import time

from msgspec import Raw
from pyramid.view import view_config

from .. import schemas
from ..http.base_url import EXAMPLE_URL
from ..request import Request
from ..resources.tree import V1, OpenAPI, RequestToken, Root
from ..security import tokens
from ..security.permissions import Permission
from .documentation import Operation
from .results import EntryPoint

_READ = Operation("get{noun}", "Get {title}", (200, 304, 412))
_LINKED = _READ._replace(headers=("Link",))


@view_config(context=Root, request_method="GET", permission=Permission.VIEW, operation=_LINKED)
@view_config(context=V1, request_method="GET", permission=Permission.VIEW, operation=_LINKED)
def read_entry_point(context: Root | V1, request: Request) -> EntryPoint:
    """The `Link` header contains the URL of this document."""
    document = request.root["api"]["v1.0"]["openapi.json"]
    return EntryPoint(context.represent(), document.url)


@view_config(context=OpenAPI, request_method="GET", permission=Permission.VIEW, operation=_READ)
def read_document(context: OpenAPI, request: Request) -> schemas.Document:
    """The document depends on the settings of the service, and contains the URL of this server."""
    own, url = EXAMPLE_URL.encode(), request.application_url.encode()
    parts = request.services.openapi().items()
    return schemas.Document(**{name: Raw(part.replace(own, url)) for name, part in parts})


@view_config(
    context=RequestToken, request_method="GET", permission=Permission.VIEW, operation=_READ
)
def issue_token(context: RequestToken, request: Request) -> schemas.Token:
    """The token expires. It becomes invalid earlier if the password changes."""
    user = request.identity
    assert user  # noqa: S101 (the permission requires one)
    lifetime = request.services.settings.token_lifetime
    token = tokens.issue(
        request.services.secret_key,
        user.id,
        user.password_hash,
        now=int(time.time()),
        lifetime=lifetime,
    )
    return schemas.Token(token, "Bearer", lifetime)
