"""The paths, generated from the tree: each resource with the operations of its views."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from ..resources.acl import is_granted_to_all_roles, is_public
from ..resources.base import Item, Resource
from ..resources.base import Node as TreeNode
from ..resources.paths import node_classes, path_templates
from ..resources.tree import RequestToken
from ..views.documentation import Documented
from .node import Node, ref
from .operations import operation, representation
from .responses import errors


class Path(NamedTuple):
    """A resource, its path template, and its documented views by method.

    :param nodes: the classes of the resource and of the nodes above it, from the root.
    """

    kind: type[Resource]
    template: str
    nodes: Sequence[type[TreeNode]]
    views: Mapping[str, Documented]

    @property
    def ids(self) -> list[str]:
        """The names of the ids in the template."""
        return re.findall(r"{(\w+)}", self.template)

    @property
    def schemas(self) -> list[type[Struct]]:
        """The schemas of responses and request bodies."""
        bodies = filter(None, (view.operation.body for view in self.views.values()))
        return [self.kind.schema, *(getattr(self.kind, body) for body in bodies)]

    @property
    def written(self) -> list[type[Struct]]:
        """The schema of the representation that responses to writes may have, if any."""
        has_writes = self.views.keys() & {"POST", "PUT", "PATCH"}
        return [representation(self.kind)] if has_writes else []


def find_paths(root: type[TreeNode], documented: Iterable[Documented]) -> list[Path]:
    """Return the resources that have documented views."""
    views = list(documented)
    found = []
    for kind, template in path_templates(root):
        if own := {view.method: view for view in views if issubclass(kind, view.context)}:
            found.append(Path(kind, template, node_classes(root, template), own))
    return found


def path_item(path: Path, items: Iterable[Path]) -> Node:
    """Return a path with its operations.

    :param items: the paths with ids, for links.
    """
    nodes = {
        method.lower(): _secured(
            path, view, operation(path.kind, view, _links(path, method, items))
        )
        for method, view in path.views.items()
    }
    parameters = {"parameters": [ref("parameters", id) for id in path.ids]} if path.ids else {}
    return parameters | nodes


def _links(path: Path, method: str, items: Iterable[Path]) -> Node:
    """Return the links from the item in a response to the other operations on it."""
    about = [item for item in items if item.template.startswith(path.template)]
    if not about or (method == "GET" and not issubclass(path.kind, Item)):
        return {}
    item = about[0]
    parameters = {
        id: f"$request.path.{id}" if method == "GET" else _in_location(id, item.template)
        for id in item.ids
    }
    ids = [
        view.operation.id_of(other.kind)
        for other in about
        if other.ids == item.ids
        for view in other.views.values()
        if (other, view.method) != (path, method)
    ]
    return {id: {"operationId": id, "parameters": parameters} for id in ids}


def _in_location(id: str, template: str) -> str:
    """Return the runtime expression of an id in ``Location``."""
    pattern = template.replace(f"{{{id}}}", "([0-9]+)")
    return "$response.header.Location#regex:" + re.sub(r"{\w+}", "[0-9]+", pattern) + "$"


def _secured(path: Path, view: Documented, node: Node) -> Node:
    """Add the tag, the responses 401 and 403, and the security schemes if not all are accepted."""
    kind = path.kind
    security: Node = {"security": []} if is_public(kind) else {}
    if kind is RequestToken:
        security = {"security": [{"basic": []}]}
    responses = dict(sorted((node["responses"] | errors(_refusals(path, view))).items()))
    return node | {"tags": [kind.tag], "responses": responses} | security


def _refusals(path: Path, view: Documented) -> tuple[int, ...]:
    if is_public(path.kind):
        return ()
    return (401,) if is_granted_to_all_roles(path.nodes, view.permission) else (401, 403)
