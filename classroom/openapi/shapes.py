"""Objects and URLs, as the schemas have them."""

from collections.abc import Collection, Mapping
from typing import Any

from .terms import API, Node


def url(pattern: str, description: str) -> Node:
    """The URL of something in the API, whose path there matches ``pattern``."""
    where = API.replace(".", r"\.")
    return {
        "type": "string",
        "format": "uri",
        "description": description,
        "pattern": f"^https?://.+{where}{pattern}$",
    }


def closed(
    description: str, properties: Mapping[str, Any], example: Mapping[str, Any] | None = None
) -> Node:
    """An object that the service gives: with these members, and no others."""
    examples = {} if example is None else {"examples": [example]}
    return opened(description, properties) | {"additionalProperties": False} | examples


def opened(
    description: str, properties: Mapping[str, Any], required: Collection[str] | None = None
) -> Node:
    """An object that may have other members besides."""
    return {
        "type": "object",
        "description": description,
        "properties": dict(properties),
        "required": list(properties if required is None else required),
    }
