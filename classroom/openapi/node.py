"""Parts of the OpenAPI document."""

from typing import Any

Node = dict[str, Any]
"""An object of the document."""


def ref(section: str, name: str) -> Node:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{section}/{name}"}
