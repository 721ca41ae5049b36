"""The parameters of requests: ids in paths, query parameters, and headers."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..http.page_parameters import parameters as page_parameters
from ..http.query import QueryParameter
from ..models.names import ID
from ..settings import Settings
from .node import Node, ref

CONDITIONS = ("If-Match", "If-None-Match")

# RFC 9110, sections 8.8.3 and 13.1.1, in the form that clients send. The service accepts more.
_TAG = r'(W/)?"[!#-~]*"'
_TAGS = {"type": "string", "pattern": rf"^(\*|{_TAG}(, {_TAG})*)$"}


def parameters(settings: Settings, ids: Iterable[str], queries: Iterable[QueryParameter]) -> Node:
    """Return the parameters by their component names.

    :param ids: the names of the ids in path templates.
    :param queries: the parameters that resources read.
    """
    pages = page_parameters(settings.per_page, settings.max_per_page)
    return {
        **{name: _id(name) for name in ids},
        **{each.component: _query(each) for each in (*pages, *queries)},
        "If-Match": _header(
            "If-Match",
            "Succeed only if the resource has one of these entity tags. `*` matches any. Tags of"
            " responses with `expand` do not match.",
            _TAGS,
        ),
        "If-None-Match": _header(
            "If-None-Match",
            "Succeed only if the resource has none of these entity tags. `*` matches any. Otherwise"
            " GET and HEAD return 304, and other methods return 412.",
            _TAGS,
        ),
        "Prefer": _header(
            "Prefer",
            "`return=representation` asks for the representation instead of `{}` (RFC 7240).",
            {"type": "string"},
        ),
    }


def enums(queries: Iterable[QueryParameter]) -> Node:
    """Return the schemas of the parameters whose values are enumerated."""
    choices = {each.component: _choice(each) for each in queries}
    return {name: dict(choice) for name, choice in choices.items() if "enum" in choice}


def _choice(parameter: QueryParameter) -> Mapping[str, Any]:
    return parameter.schema.get("items", parameter.schema)


def _id(name: str) -> Node:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": "The id, which is the number in the URL of the resource.",
        "schema": {"type": "string", "pattern": f"^{ID}$"},
        "example": "7",
    }


def _query(parameter: QueryParameter) -> Node:
    schema = dict(parameter.schema)
    is_list = "items" in schema
    if "enum" in _choice(parameter):
        reference = ref("schemas", parameter.component)
        schema = schema | {"items": reference} if is_list else reference
    described = {"description": parameter.description + _example(parameter), "schema": schema}
    # A list is one comma-separated value.
    form = {"style": "form", "explode": False} if is_list else {}
    return {"name": parameter.name, "in": "query"} | described | form


def _example(parameter: QueryParameter) -> str:
    # In the description, because Swagger UI fills its form with the ``example`` of a parameter.
    value = parameter.example
    text = ",".join(value) if isinstance(value, list) else value
    return "" if text is None else f" Example: `{text}`."


def _header(name: str, description: str, schema: Node) -> Node:
    return {"name": name, "in": "header", "description": description, "schema": schema}
