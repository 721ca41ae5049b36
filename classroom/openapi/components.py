"""The JSON Schemas of components, generated from the schemas of the package."""

from collections.abc import Iterable
from typing import Any

import msgspec

from ..http.codes import ErrorCode
from ..http.errors import Error, Problem
from ..schemas import Nothing
from ..settings import Settings
from .node import Node

_TEMPLATE = "#/components/schemas/{name}"


def schemas(types: Iterable[type], settings: Settings) -> Node:
    """Return the schemas by name.

    :param types: the schemas of request and response bodies.
    """
    _, components = msgspec.json.schema_components(
        list(dict.fromkeys([*types, Error, Problem, Nothing])), ref_template=_TEMPLATE
    )
    _apply(settings, components)
    components["ErrorCode"]["description"] += "\n\n" + _list_codes()
    for node in components.values():
        if "properties" in node:
            _add_example(node)
    return components


def _apply(settings: Settings, components: Node) -> None:
    components["Meta"]["properties"]["per_page"]["maximum"] = settings.max_per_page
    if settings.use_token_auth:
        components["API"]["required"].append("token")
    else:
        del components["API"]["properties"]["token"]


def _list_codes() -> str:
    return "\n".join(f"* `{code}` ({code.status}): {code.description}" for code in ErrorCode)


def _add_example(node: dict[str, Any]) -> None:
    """Add an example of an object, if all its required fields have one."""
    fields = {name: field.get("examples") for name, field in node["properties"].items()}
    example = {name: values[0] for name, values in fields.items() if values}
    if example and set(example) >= set(node["required"]):
        node["examples"] = [example]
