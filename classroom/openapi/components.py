"""The JSON Schemas of components, generated from the schemas of the package."""

from collections.abc import Iterable

import msgspec

from ..http.codes import ErrorCode
from ..http.errors import Error, Problem
from ..schemas import Nothing
from ..settings import Settings
from .node import Node, ref

_TEMPLATE = "#/components/schemas/{name}"
_OPTIONAL = "The representation with `Prefer: return=representation`, otherwise an empty object."


def schemas(types: Iterable[type], settings: Settings) -> Node:
    """Return the schemas by name.

    :param types: the schemas of request and response bodies.
    """
    _, components = msgspec.json.schema_components(
        list(dict.fromkeys([*types, Error, Problem, Nothing])), ref_template=_TEMPLATE
    )
    _apply(settings, components)
    components["ErrorCode"]["description"] += "\n\n" + _list_codes()
    return components | _name_unions(components)


def optional(schema: type) -> str:
    """Return the name of the schema of a response to a write."""
    return f"{schema.__name__}OrNothing"


def optionals(types: Iterable[type]) -> Node:
    """Return the schemas of responses to writes.

    :param types: the schemas of the representations.
    """
    return {optional(schema): _optional(schema.__name__) for schema in types}


def _optional(name: str) -> Node:
    # Not oneOf: an open schema of an empty object also allows the representation.
    either = [ref("schemas", name), ref("schemas", Nothing.__name__)]
    return {"description": _OPTIONAL, "anyOf": either, "examples": [{}]}


def _apply(settings: Settings, components: Node) -> None:
    components["Meta"]["properties"]["per_page"]["maximum"] = settings.max_per_page
    for node in components.values():
        if "meta" in node.get("properties", {}):
            for name in ("urls", "items"):
                node["properties"][name]["maxItems"] = settings.max_per_page
    if settings.use_token_auth:
        components["API"]["required"].append("token")
    else:
        del components["API"]["properties"]["token"]


def _list_codes() -> str:
    return "\n".join(f"* `{code}` ({code.status}): {code.description}" for code in ErrorCode)


def _name_unions(components: Node) -> Node:
    """Replace the unions in fields with references to components, and return these.

    The members of a union have different JSON types, so only one of them is valid.
    """
    named = {}
    for owner, node in components.items():
        for field, schema in node.get("properties", {}).items():
            if "anyOf" in schema and {"type": "null"} not in schema["anyOf"]:
                name = f"{owner}{field.capitalize()}"
                named[name] = {"oneOf": schema.pop("anyOf"), **schema}
                node["properties"][field] = ref("schemas", name)
    return named
