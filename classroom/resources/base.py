"""The base classes of the resource tree: nodes, resources, items and collections.

Traversal resolves a URL from the root, with one call of ``__getitem__`` per segment. This reads at
most one row, and raises only KeyError. Rows are immutable.
"""

from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from pyramid.traversal import resource_path
from sqlalchemy import Row

from ..db.slices import Scope, Slice
from ..db.statements import CollectionStatements, ItemStatements
from ..http import page_parameters
from ..http.pagination import Page, PageRequest, paginate
from ..http.query import QueryParameter
from ..request import Request
from ..schemas.base import Input, Schema
from ..schemas.pages import PageSchema

PrimaryKey = dict[str, int]
"""Bind parameters that select one row."""


class Node:
    """A node of the tree. Only a ``Resource`` has views."""

    children: ClassVar[Mapping[str, "type[Node]"]] = {}
    item: ClassVar["type[Node] | None"] = None
    """The class of the children whose names are ids."""
    parameter: ClassVar[str] = "id"
    """The name of this node's id in a path template, if the name of the node is an id."""

    def __init__(self, parent: "Node", name: str) -> None:
        self.__parent__: Any = parent
        self.__name__ = name
        self.request: Request = parent.request

    def __getitem__(self, name: str) -> Any:
        return self.children[name](self, name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {resource_path(self)}>"


class Resource(Node):
    """A context with views.

    Class attributes describe its operations in the OpenAPI document: ``noun`` is part of their ids,
    ``title`` is part of their summaries, and ``tag`` groups them.
    """

    schema: ClassVar[type[Schema]]
    """The body of responses to GET."""
    trailing_slash: ClassVar[bool] = True
    is_rate_limited: ClassVar[bool] = True
    """Whether requests count against rate limits."""
    is_nonblocking: ClassVar[bool] = False
    """Whether GET, HEAD and OPTIONS wait neither for a database nor for another server. A separate
    thread executes them. The path has no ids, and the ACL is ``PUBLIC``."""
    noun: ClassVar[str]
    title: ClassVar[str]
    tag: ClassVar[str]
    query: ClassVar[Sequence[QueryParameter]] = ()

    @classmethod
    def parameters(cls) -> Sequence[str]:
        """Return the names of the query parameters of GET."""
        return [parameter.name for parameter in cls.query]

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
    """A resource that represents a row.

    :param row: None if it has not been read, or does not exist.
    """

    trailing_slash = False
    statements: ClassVar[ItemStatements]

    def __init__(self, parent: Node, name: str, key: PrimaryKey, row: Any = None) -> None:
        super().__init__(parent, name)
        self.key = key
        self.row = row

    def exists(self) -> bool:
        """Return whether the row exists. Read it, without a lock, unless it was read before."""
        if self.row is None:
            rows = self.request.rows(self.statements.select, self.key)
            self.row = rows[0] if rows else None
        return self.row is not None

    def lock(self) -> None:
        """Read the row in the writing transaction, and lock it until the transaction ends."""
        rows = self.request.db.execute(self.statements.select_for_update, self.key)
        self.row = rows.one_or_none()

    def represent(self) -> Schema:
        """Return the representation of the row."""
        raise NotImplementedError


class Collection(Resource):
    """A resource that represents a set of rows, read page by page."""

    schema: ClassVar[type[PageSchema]]
    item_schema: ClassVar[type[Schema]]
    input: ClassVar[type[Input]]
    """The body of POST."""

    @classmethod
    def parameters(cls) -> Sequence[str]:
        return [*super().parameters(), *page_parameters.PARAMETERS]

    @property
    def canonical(self) -> "Collection":
        """The collection below which the items have their URLs."""
        return self

    def path(self, row: Any) -> str:
        """Return the URL of a row's item, relative to ``canonical``."""
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
        self, requested: PageRequest, statements: CollectionStatements, scope: Scope
    ) -> "Page[Row[Any]]":
        """Read a page of rows.

        :raises classroom.http.pagination.PageNotFound: if there is no such page.
        """
        read = self.request.rows

        def count() -> int:
            return read(statements.total, scope)[0].total

        def fetch(selected: Slice) -> tuple[Sequence[Row[Any]], int | None]:
            rows = read(*statements.slice(selected, scope))
            return rows, rows[0].total if rows else None

        return paginate(requested, count, fetch, statements.key)


ItemType = TypeVar("ItemType", bound=Item)


def traverse(item: ItemType) -> ItemType:
    """Return an item that traversal has reached. For a safe request, check that its row exists.

    Other requests do not read the row: they may be rejected later, and the statement of a write
    detects a missing row.

    :raises KeyError: if the request is safe, and there is no such row.
    """
    if item.request.is_safe and not item.exists():
        raise KeyError(item.__name__)
    return item
