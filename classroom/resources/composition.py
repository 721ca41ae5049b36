"""The directive ``config.add_resource``, with which a package adds a resource to the tree."""

from collections.abc import Sequence

from pyramid.config import Configurator

from ..services import services
from .base import Node


def add_resource(config: Configurator, path: str, kind: type[Node]) -> None:
    """Add a node, with its children, to the tree of this application.

    :param path: the path of the node, such as "api/docs", whose parent exists.
    """
    shared = services(config.registry)
    shared.root = _with_child(shared.root, path.split("/"), kind)


def _with_child(node: type[Node], names: Sequence[str], kind: type[Node]) -> type[Node]:
    """Return a subclass of a node that has the child, since applications share the classes."""
    name, *rest = names
    child = _with_child(node.children[name], rest, kind) if rest else kind
    return type(node.__name__, (node,), {"children": {**node.children, name: child}})
