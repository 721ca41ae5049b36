"""What goes over the wire: exact for what the service gives, lenient for what it takes."""

from collections.abc import Collection, Mapping
from typing import Any

from ..grammar import CONTROL_CHARACTER, ID, NAME_LENGTH, NAME_RULE
from .terms import API, CLASS, HERE, KINDS, STUDENT, Kind, Node, schema

# Blank is what str.strip() takes away; what of it is a control character is refused anyway.
_BLANK = r"\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CONTROL = CONTROL_CHARACTER.pattern.strip("[]")
_NAME = rf"^[^{_CONTROL}]*[^{_CONTROL}{_BLANK}][^{_CONTROL}]*$"

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
        **_inputs(),
        **_named(STUDENT),
        **_named(CLASS),
        **_registrations(),
        **_errors(),
        **_entries(use_token_auth),
        "Meta": _meta(max_per_page),
        "Document": _open("This document.", {name: {} for name in ("openapi", "info", "paths")}),
        "Nothing": _given("An empty object: the headers say it all.", {}, {}),
    }


def _inputs() -> Node:
    name = {"name": schema("Name")}
    urls = {kind.word: schema(f"{kind.name}URL") for kind in KINDS}
    pair = {kind.word: kind.example["url"] for kind in KINDS}
    return {
        "Name": {
            "type": "string",
            "description": f"A name: {NAME_RULE}. Names need not be unique.",
            "minLength": 1,
            "maxLength": NAME_LENGTH,
            "pattern": _NAME,
            "examples": ["david"],
        },
        "Named": _open("What is to be known of a student or a class.", name)
        | {"examples": [{"name": "david"}]},
        "Change": _open(
            "What changes, as a JSON merge patch (RFC 7396). Other members are ignored.",
            name,
            required=(),
        )
        | {"examples": [{"name": "dave"}]},
        "Pair": _open("Who attends what, by their URLs as this host gives them.", urls)
        | {"examples": [pair]},
    }


def _named(kind: Kind) -> Node:
    registrations = _url(f"{kind.words}/{ID}/registrations/", "Where its registrations are.")
    properties = {"url": schema(f"{kind.name}URL"), "name": schema("Name")}
    return {
        f"{kind.name}URL": _url(f"{kind.words}/{ID}", f"The URL of a {kind.word}."),
        kind.name: _given(
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
        "RegistrationURL": _url(f"registrations/{ID}/{ID}", "The URL of a registration."),
        "Registration": _given("Who attends what, since when.", properties, _REGISTRATION),
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
    page = _given(f"A page of {plural.lower()}.", properties)
    return page | {"required": ["urls", "meta"]}


def _meta(max_per_page: int) -> Node:
    url = {"type": "string", "format": "uri"}
    or_null = {"type": ["string", "null"], "format": "uri"}
    properties = {
        "page": {"type": "integer", "minimum": 1},
        "pages": {"type": "integer", "minimum": 0},
        "per_page": {"type": "integer", "minimum": 1, "maximum": max_per_page},
        "total": {"type": "integer", "minimum": 0},
        **{"prev": or_null, "next": or_null, "first": url, "last": url},
    }
    return _given("Where a page stands, and the URLs of others. Follow `next`.", properties)


def _errors() -> Node:
    status: Node = {"type": "integer", "minimum": 300, "maximum": 599}
    error = {"status": 400, "error": "bad request", "message": "name: is missing"}
    problem = {"title": "Bad Request", "status": 400, "detail": "name: is missing"}
    fault = {"pointer": "#/name", "detail": "is missing"}
    faults = {"type": "array", "minItems": 1, "items": schema("Fault")}
    kind = {"type": {"const": "about:blank"}}
    texts = {name: {"type": "string"} for name in ("title", "detail", "error", "message")}
    return {
        "Error": _given(
            "What went wrong.", {name: texts.get(name, status) for name in error}, error
        ),
        "Problem": _given(
            "What went wrong (RFC 9457); `errors` where fields of the body are at fault.",
            kind | {name: texts.get(name, status) for name in problem} | {"errors": faults},
            {"type": "about:blank", **problem, "errors": [fault]},
        )
        | {"required": ["type", *problem]},
        "Fault": _given(
            "A field of the body that is at fault, as a JSON pointer (RFC 6901).",
            {"pointer": {"type": "string", "pattern": "^#(/|$)"}, "detail": texts["detail"]},
            fault,
        ),
    }


def _entries(use_token_auth: bool) -> Node:
    name, version = {"const": "classroom"}, {"type": "string"}
    api = _url("", "Where the API is.")
    urls = {
        name: _url(f"{name}/", f"Where the {name} are.")
        for name in (*(kind.words for kind in KINDS), "registrations")
    }
    if not use_token_auth:
        return {
            "Root": _given("The way in.", {"name": name, "version": version, "api": api}),
            "API": _given("Where the collections are.", urls),
        }
    token = {"type": "string", "format": "uri", "description": "Where tokens are given out."}
    return _entries(False) | {
        "API": _given("Where the collections are.", urls | {"token": token}),
        "Token": _given("A JSON web token (RFC 7519).", {"token": {"type": "string"}}),
    }


def _url(pattern: str, description: str) -> Node:
    where = API.replace(".", r"\.")
    return {
        "type": "string",
        "format": "uri",
        "description": description,
        "pattern": f"^https?://.+{where}{pattern}$",
    }


def _given(
    description: str, properties: Mapping[str, Any], example: Mapping[str, Any] | None = None
) -> Node:
    """An object that the service gives: with these members, and no others."""
    examples = {} if example is None else {"examples": [example]}
    return _open(description, properties) | {"additionalProperties": False} | examples


def _open(
    description: str, properties: Mapping[str, Any], required: Collection[str] | None = None
) -> Node:
    """An object that may have other members besides."""
    return {
        "type": "object",
        "description": description,
        "properties": dict(properties),
        "required": list(properties if required is None else required),
    }
