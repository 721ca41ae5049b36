"""What the resources are made of: places in the tree, items and collections.

A URL is looked up from the root down, one ``__getitem__`` a segment. A look-up reads at most one
row and raises nothing but KeyError. Rows are plain and immutable.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Row

from ..db import queries
from ..db.slices import Slice
from ..http.pagination import Page, PageRequest, paginate
from ..http.query import Reader
from ..models.names import ID
from ..request import Request

Key = dict[str, int]
Scope = Mapping[str, int | str]
"""Bind parameters that make statements those of one collection."""


class Place:
    """A place in the tree; nothing by itself answers at its URL."""

    children: ClassVar[Mapping[str, "type[Place]"]] = {}

    def __init__(self, parent: "Place", name: str) -> None:
        self.__parent__: Place | None = parent
        self.__name__ = name
        self.request: Request = parent.request

    def __getitem__(self, name: str) -> "Place":
        return self.children[name](self, name)


class Resource(Place):
    """A place with a URL, which ends in a slash, and views."""


class Leaf(Resource):
    """A resource whose URL does not end in the slash that Pyramid puts there."""

    def __resource_url__(self, request: Request, info: Mapping[str, str]) -> str:
        return info["app_url"] + info["physical_path"].rstrip("/")


class Item(Leaf):
    """A row in its place; ``row`` is None where only the place matters."""

    statements: ClassVar[queries.ItemStatements]
    query: ClassVar[Mapping[str, Reader]] = {}

    def __init__(self, parent: Place, name: str, key: Key, row: Any = None) -> None:
        super().__init__(parent, name)
        self.key = key
        self.row = row


class Collection(Resource):
    """A set of rows, read page by page."""

    query: ClassVar[Mapping[str, Reader]]
    """The parameters that choose rows, their order and their form, with their readers."""

    @property
    def home(self) -> "Collection":
        """The collection that the items of this one have their place in."""
        return self

    def path(self, row: Any) -> str:
        """Where the item of a row is, from its ``home``."""
        raise NotImplementedError

    def select(self, chosen: Mapping[str, Any]) -> tuple[queries.CollectionStatements, Scope]:
        """What lists the rows, and the scope of its statements.

        :param chosen: what ``query`` made of a query.
        """
        raise NotImplementedError

    def page(
        self, asked: PageRequest, statements: queries.CollectionStatements, scope: Scope
    ) -> "Page[Row[Any]]":
        """:raises classroom.http.pagination.PastTheEnd: if there is no such page."""
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


def parse_id(name: str) -> int:
    """:raises KeyError: where ``name`` is no id in its canonical form."""
    if not re.fullmatch(ID, name):
        raise KeyError(name)
    return int(name)


def find_row(request: Request, statements: queries.ItemStatements, key: Key) -> "Row[Any] | None":
    """Return a row, with the lock that the method of the request needs, or None."""
    if request.is_safe:
        statement = statements.select
    else:
        is_post = request.method == "POST"
        statement = statements.select_for_key_share if is_post else statements.select_for_update
    rows = request.rows(statement, key)
    return rows[0] if rows else None


def read_row(request: Request, statements: queries.ItemStatements, key: Key) -> Row[Any]:
    """Do as ``find_row``.

    :raises KeyError: if there is no such row.
    """
    row = find_row(request, statements, key)
    if row is None:
        raise KeyError(*key.values())
    return row
