"""The contract as an OpenAPI document (https://spec.openapis.org/oas/v3.1.0).

It is made of the same constants as the service and from its settings, so that the two do not part;
and every answer in the tests is held against it.
"""

from importlib.metadata import version

from ..http.syntax import MAX_ACCEPT
from ..settings import Settings
from .headers import headers
from .parameters import parameters
from .paths import paths
from .responses import responses
from .schemas import schemas
from .terms import Node

__all__ = ["document"]

_DESCRIPTION = f"""\
Students, classes and who attends what. Start at `/` and follow the URLs.

* Collections come in pages: follow `next` until it is null.
* An answer to GET has an entity tag. `If-None-Match` saves what you have already from being sent
  again; `If-Match` changes it only in the state in which you know it.
* An error is `application/json`, or `application/problem+json` (RFC 9457) where `Accept` prefers
  that. An `Accept` of more than {MAX_ACCEPT} bytes is ignored here.
* Unknown parameters, and unknown fields of a body, are ignored. A parameter that is known is given
  once, or it is 400; only `expand` may be repeated.
* A URL with a slash too many or too few at its end is redirected (308), whatever the method; a
  method that a resource does not have is 405. Credentials come first: without them it is 401.
"""
_TAGS = {
    "entry": "The way in",
    "students": "Who learns",
    "classes": "What is taught",
    "registrations": "Who attends what",
}
_BASIC = "User name and password (RFC 7617)."
_BASIC_TOO = (
    "A user name and its password buy a token at `/auth/request-token`; elsewhere the token is"
    " the user name, and the password is empty."
)


def document(settings: Settings) -> Node:
    """The document for a service with these settings, without the ``servers`` it is served at."""
    per_page, max_per_page = settings.per_page, settings.max_per_page
    schemes = _security_schemes(settings.use_token_auth)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "classroom",
            "version": version("classroom"),
            "description": _DESCRIPTION,
        },
        "servers": [],
        "security": [{name: []} for name in schemes],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths(settings.use_token_auth),
        "components": {
            "schemas": schemas(settings.use_token_auth, max_per_page),
            "parameters": parameters(per_page, max_per_page),
            "headers": headers(),
            "responses": responses(),
            "securitySchemes": schemes,
        },
    }


def _security_schemes(use_token_auth: bool) -> Node:
    """By password alone, or by token, where either scheme suffices."""
    basic = {"type": "http", "scheme": "basic"}
    if not use_token_auth:
        return {"basic": basic | {"description": _BASIC}}
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {"bearer": bearer, "basic": basic | {"description": _BASIC_TOO}}
