"""The base classes of the resource tree: nodes, resources, items and collections.

Traversal looks a URL up from the root, one ``__getitem__`` per segment. A ``__getitem__`` reads at
most one row and raises only KeyError. Rows are immutable.
"""

import re
from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Row

from ..db.slices import Slice
from ..db.statements import CollectionStatements, ItemStatements
from ..http.pagination import Page, PageRequest, paginate
from ..http.query import QueryParameter
from ..models.names import ID
from ..request import Request
from ..schemas.base import Input, Schema
from ..schemas.pages import PageSchema

PrimaryKey = dict[str, int]
"""Bind parameters that select one row."""
Scope = Mapping[str, int | str]
"""Bind parameters that restrict statements to the rows of one collection."""


class Node:
    """A node of the tree. Nothing is served at the URL of a node that is not a resource."""

    children: ClassVar[Mapping[str, "type[Node]"]] = {}
    item: ClassVar["type[Node] | None"] = None
    """The class of the children whose names are ids."""
    parameter: ClassVar[str] = "id"
    """The name of this node's id in a path template, if its name is an id."""

    def __init__(self, parent: "Node", name: str) -> None:
        self.__parent__: Any = parent
        self.__name__ = name
        self.request: Request = parent.request

    def __getitem__(self, name: str) -> Any:
        return self.children[name](self, name)


class Resource(Node):
    """A context with views.

    The class attributes describe it in the OpenAPI document: ``noun`` is part of the ids of its
    operations, ``title`` of their summaries, ``tag`` groups them.
    """

    schema: ClassVar[type[Schema]]
    """What GET returns."""
    trailing_slash: ClassVar[bool] = True
    noun: ClassVar[str]
    title: ClassVar[str]
    tag: ClassVar[str]
    query: ClassVar[Sequence[QueryParameter]] = ()

    def __resource_url__(self, request: Request, info: Mapping[str, str]) -> str:
        path = info["physical_path"]
        return info["app_url"] + (path if self.trailing_slash else path.rstrip("/"))

    @property
    def url(self) -> str:
        return self.request.resource_url(self)


class Version(Resource):
    """A version of the API. Its children are the collections."""

    tag = "entry"


class Item(Resource):
    """A resource that is a row. ``row`` is None if the row does not exist yet, or was not read."""

    trailing_slash = False
    statements: ClassVar[ItemStatements]

    def __init__(self, parent: Node, name: str, key: PrimaryKey, row: Any = None) -> None:
        super().__init__(parent, name)
        self.key = key
        self.row = row

    def represent(self) -> Schema:
        """Return the representation of the row."""
        raise NotImplementedError


class Collection(Resource):
    """A resource that is a set of rows, read in pages."""

    schema: ClassVar[type[PageSchema]]
    item_schema: ClassVar[type[Schema]]
    input: ClassVar[type[Input]]
    """What POST takes."""

    @property
    def home(self) -> "Collection":
        """The collection that the URLs of the items belong to."""
        return self

    def path(self, row: Any) -> str:
        """Return the URL of a row's item, relative to ``home``."""
        raise NotImplementedError

    def select(self, chosen: Mapping[str, Any]) -> tuple[CollectionStatements, Scope]:
        """Return the statements that read the rows, and their scope.

        :param chosen: the values of the parameters in ``query``.
        """
        raise NotImplementedError

    def represent(self, rows: Sequence[Any], expanded: Names[str]) -> Sequence[Schema]:
        """Return the representations of rows.

        :param expanded: the names in the ``expand`` parameter.
        """
        raise NotImplementedError

    def page(
        self, asked: PageRequest, statements: CollectionStatements, scope: Scope
    ) -> "Page[Row[Any]]":
        """:raises classroom.http.pagination.PageNotFound: if there is no such page."""
        if asked.is_counted:
            self.request.begin()  # two statements, which must agree
        read = self.request.rows

        def count() -> int:
            return read(statements.total, scope)[0].total

        def fetch(wanted: Slice) -> tuple[Sequence[Row[Any]], int | None]:
            statement, parameters = statements.slice(wanted)
            rows = read(statement, {**parameters, **scope})
            return rows, rows[0].total if rows else None

        return paginate(asked, count, fetch, statements.key)


def path_templates(kind: type[Node], path: str = "") -> Iterator[tuple[type[Resource], str]]:
    """Yield the resources at and below a node, each with its path template (RFC 6570).

    :param path: the path of the node, without a slash at its end.
    """
    if issubclass(kind, Resource):
        yield kind, f"{path}/" if kind.trailing_slash else path
    for name, child in kind.children.items():
        yield from path_templates(child, f"{path}/{name}")
    if kind.item:
        yield from path_templates(kind.item, f"{path}/{{{kind.item.parameter}}}")


def parse_id(name: str) -> int:
    """:raises KeyError: if ``name`` is not an id in its canonical form."""
    if not re.fullmatch(ID, name):
        raise KeyError(name)
    return int(name)


def find_row(request: Request, statements: ItemStatements, key: PrimaryKey) -> "Row[Any] | None":
    """Return a row, with the lock that the method of the request needs, or None."""
    if request.is_safe:
        statement = statements.select
    else:
        is_post = request.method == "POST"
        statement = statements.select_for_key_share if is_post else statements.select_for_update
    rows = request.rows(statement, key)
    return rows[0] if rows else None


def read_row(request: Request, statements: ItemStatements, key: PrimaryKey) -> Row[Any]:
    """Do as ``find_row``.

    :raises KeyError: if there is no such row.
    """
    row = find_row(request, statements, key)
    if row is None:
        raise KeyError(*key.values())
    return row
