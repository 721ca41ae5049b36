"""The OpenAPI document with what it leaves out, for the comparison with responses.

It does not list HEAD and OPTIONS, which all resources support, nor the errors 308 and 405, which
belong to no operation. Its schemas are open, so that clients accept new members.
"""

from collections.abc import Mapping
from typing import Any

from classroom.http.codes import ErrorCode

Node = Mapping[str, Any]

_METHODS = "(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)"
_ALLOW = {"required": True, "schema": {"pattern": f"^{_METHODS}(, {_METHODS})*$"}}
_NOTHING = {"application/json": {"schema": {"$ref": "#/components/schemas/Nothing"}}}


def complete(document: Node) -> Node:
    """Return the document with all operations and errors, and with closed schemas.

    A response to HEAD is one to GET without a body; that of an error has the suffix ``-HEAD``.
    """
    components = document["components"]
    schemas = {name: _closed(node) for name, node in components["schemas"].items()}
    errors = _errors(components)
    heads = {f"{name}-HEAD": _without_body(node) for name, node in errors.items()}
    always = errors["500"]["headers"]
    return {
        "paths": {path: _operations(item, always) for path, item in document["paths"].items()},
        "components": {**components, "schemas": schemas, "responses": {**errors, **heads}},
    }


def _closed(schema: Node) -> Node:
    return {**schema, "additionalProperties": False} if "properties" in schema else schema


def _errors(components: Node) -> Node:
    listed, location = components["responses"], components["headers"]["Location"]
    headers = listed["404"]["headers"]
    unlisted = {
        ErrorCode.REDIRECTED: {"Location": location},
        ErrorCode.METHOD_NOT_ALLOWED: {"Allow": _ALLOW},
    }
    return listed | {
        str(code.status): listed["404"]
        | {"headers": headers | added, "description": f"* `{code}`: {code.description}"}
        for code, added in unlisted.items()
    }


def _operations(item: Node, always: Node) -> Node:
    """Return the operations of a path by method.

    :param always: the headers of all responses with ``no-store``.
    """
    get = item["get"]
    heads = {status: _without_body(node) for status, node in get["responses"].items()}
    errors = {status: node for status, node in get["responses"].items() if status >= "400"}
    patch = {"Accept-Patch": {"$ref": "#/components/headers/Accept-Patch"}}
    headers = {**always, "Allow": _ALLOW, **(patch if "patch" in item else {})}
    options = {"responses": {**errors, "200": {"headers": headers, "content": _NOTHING}}}
    return {**item, "head": {**get, "responses": heads}, "options": options}


def _without_body(response: Node) -> Node:
    if "$ref" in response:
        return {"$ref": f"{response['$ref']}-HEAD"}
    return {name: part for name, part in response.items() if name != "content"}
