"""What the service gives: objects with these members and no others."""

from ..models.names import ID
from .inputs import inputs
from .shapes import closed, opened, url
from .terms import CLASS, HERE, KINDS, STUDENT, Kind, Node, schema

_REGISTRATION = {
    "url": f"{HERE}registrations/7/7",
    "student": STUDENT.example["url"],
    "class": CLASS.example["url"],
    "timestamp": "Sun, 22 Nov 2026 11:10:25 GMT",
}
_TIMESTAMP = r"^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$"


def schemas(use_token_auth: bool, max_per_page: int) -> Node:
    """The schemas by their names.

    :param max_per_page: how many rows a page has at the most.
    """
    return {
        **inputs(),
        **_named(STUDENT),
        **_named(CLASS),
        **_registrations(),
        **_errors(),
        **_entries(use_token_auth),
        "Meta": _meta(max_per_page),
        "Document": opened("This document.", {name: {} for name in ("openapi", "info", "paths")}),
        "Nothing": closed("An empty object: the headers say it all.", {}, {}),
    }


def _named(kind: Kind) -> Node:
    registrations = url(f"{kind.words}/{ID}/registrations/", "Where its registrations are.")
    properties = {"url": schema(f"{kind.name}URL"), "name": schema("Name")}
    return {
        f"{kind.name}URL": url(f"{kind.words}/{ID}", f"The URL of a {kind.word}."),
        kind.name: closed(
            f"A {kind.word}.", properties | {"registrations": registrations}, kind.example
        ),
        f"{kind.name}Page": _page(kind.plural, kind.name),
    }


def _registrations() -> Node:
    properties = {
        "url": schema("RegistrationURL"),
        **{kind.word: _expandable(kind) for kind in KINDS},
        "timestamp": {
            "type": "string",
            "description": "When it was made, as an HTTP date (RFC 9110, 5.6.7).",
            "pattern": _TIMESTAMP,
        },
    }
    return {
        "RegistrationURL": url(f"registrations/{ID}/{ID}", "The URL of a registration."),
        "Registration": closed("Who attends what, since when.", properties, _REGISTRATION),
        "RegistrationPage": _page("Registrations", "Registration"),
    }


def _expandable(kind: Kind) -> Node:
    return {
        "description": f"The URL of the {kind.word}, or with `expand={kind.word}` the {kind.word}.",
        "anyOf": [schema(kind.name), schema(f"{kind.name}URL")],
    }


def _page(plural: str, name: str) -> Node:
    properties = {
        "urls": {"type": "array", "items": schema(f"{name}URL")},
        "meta": schema("Meta"),
        "items": {
            "type": "array",
            "description": "With `expand`: the representations, in the order of `urls`.",
            "items": schema(name),
        },
    }
    page = closed(f"A page of {plural.lower()}.", properties)
    return page | {"required": ["urls", "meta"]}


def _meta(max_per_page: int) -> Node:
    link = {"type": "string", "format": "uri"}
    or_null = {"type": ["string", "null"], "format": "uri"}
    properties = {
        "page": {"type": "integer", "minimum": 1},
        "pages": {"type": "integer", "minimum": 0},
        "per_page": {"type": "integer", "minimum": 1, "maximum": max_per_page},
        "total": {"type": "integer", "minimum": 0},
        **{"prev": or_null, "next": or_null, "first": link, "last": link},
    }
    return closed("Where a page stands, and the URLs of others. Follow `next`.", properties)


def _errors() -> Node:
    status: Node = {"type": "integer", "minimum": 300, "maximum": 599}
    error = {"status": 400, "error": "bad request", "message": "name: is missing"}
    problem = {"title": "Bad Request", "status": 400, "detail": "name: is missing"}
    fault = {"pointer": "#/name", "detail": "is missing"}
    faults = {"type": "array", "minItems": 1, "items": schema("Fault")}
    kind = {"type": {"const": "about:blank"}}
    texts = {name: {"type": "string"} for name in ("title", "detail", "error", "message")}
    return {
        "Error": closed(
            "What went wrong.", {name: texts.get(name, status) for name in error}, error
        ),
        "Problem": closed(
            "What went wrong (RFC 9457); `errors` where fields of the body are at fault.",
            kind | {name: texts.get(name, status) for name in problem} | {"errors": faults},
            {"type": "about:blank", **problem, "errors": [fault]},
        )
        | {"required": ["type", *problem]},
        "Fault": closed(
            "A field of the body that is at fault, as a JSON pointer (RFC 6901).",
            {"pointer": {"type": "string", "pattern": "^#(/|$)"}, "detail": texts["detail"]},
            fault,
        ),
    }


def _entries(use_token_auth: bool) -> Node:
    name, version = {"const": "classroom"}, {"type": "string"}
    api = url("", "Where the API is.")
    urls = {
        name: url(f"{name}/", f"Where the {name} are.")
        for name in (*(kind.words for kind in KINDS), "registrations")
    }
    if not use_token_auth:
        return {
            "Root": closed("The way in.", {"name": name, "version": version, "api": api}),
            "API": closed("Where the collections are.", urls),
        }
    token = {"type": "string", "format": "uri", "description": "Where tokens are given out."}
    return _entries(False) | {
        "API": closed("Where the collections are.", urls | {"token": token}),
        "Token": closed("A JSON web token (RFC 7519).", {"token": {"type": "string"}}),
    }
