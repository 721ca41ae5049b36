"""What is the same for all parts of the document: the formats of numbers, and examples."""

from collections.abc import Iterator
from typing import Any

from .node import Node


def complete(document: Node) -> Node:
    """Add the format of integers, the type of enumerations, and the examples of bodies."""
    schemas, headers = (document["components"][name] for name in ("schemas", "headers"))
    # Not in parameters: the service also accepts larger numbers.
    for node in _nodes([schemas, headers]):
        if node.get("type") == "integer":
            node["format"] = "int64"
        if "enum" in node:
            node["type"] = "string"
    for node in _nodes(document):
        for media in node.get("content", {}).values():
            media.setdefault("example", _example(media["schema"], schemas))
    return document


def _nodes(node: Any) -> Iterator[Node]:
    """Yield all objects of a document, except those in examples."""
    if isinstance(node, dict):
        yield node
        node = [child for name, child in node.items() if name not in ("example", "examples")]
    if isinstance(node, list):
        for child in node:
            yield from _nodes(child)


def _example(schema: Node, schemas: Node) -> Any:
    """Return an example of a schema. Objects have their required fields and those with examples."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if "items" in schema:
        return [_example(schema["items"], schemas)]
    if alternatives := schema.get("oneOf") or schema.get("anyOf"):
        return _example(alternatives[0], schemas)
    return {
        name: _example(field, schemas)
        for name, field in schema.get("properties", {}).items()
        if name in schema["required"] or "examples" in field
    }
