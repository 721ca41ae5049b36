"""The paths of the tree, derived from its node classes."""

from collections.abc import Iterable, Iterator
from typing import Any

from .base import Node, Resource
from .ids import is_id


def path_templates(kind: type[Node], path: str = "") -> Iterator[tuple[type[Resource], str]]:
    """Yield the resources at and below a node, each with its path template (RFC 6570).

    :param path: the path of the node, without a trailing slash.
    """
    if issubclass(kind, Resource):
        yield kind, f"{path}/" if kind.trailing_slash else path
    for name, child in kind.children.items():
        yield from path_templates(child, f"{path}/{name}")
    if kind.item:
        yield from path_templates(kind.item, f"{path}/{{{kind.item.parameter}}}")


def node_classes(root: type[Node], template: str) -> list[type[Node]]:
    """Return the classes of the nodes on a path template, from the root."""
    kind: Any = root
    names = filter(None, template.split("/"))
    return [root, *(kind := kind.children.get(name, kind.item) for name in names)]


def has_resource(kind: type[Node], names: Iterable[str]) -> bool:
    """Return whether a path below a node can belong to a resource, whichever rows exist."""
    for name in names:
        child = kind.children.get(name) or (kind.item if is_id(name) else None)
        if child is None:
            return False
        kind = child
    return issubclass(kind, Resource)
