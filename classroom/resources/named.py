"""Items and collections with names: the base classes of students, classes and users."""

from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from .. import models
from ..db import queries
from ..db.slices import Scope
from ..db.statements import CollectionStatements, ItemStatements
from ..http import query
from ..http.query import QueryParameter
from ..schemas.base import Input, stored
from ..schemas.named import NamedSchema, representer
from ..schemas.pages import page_of
from .base import Collection, Item, traverse
from .ids import parse_id


class NamedItem(Item):
    """An item with a name. A subclass names its model, its schema and its children."""

    model: ClassVar[type[models.Named]]
    schema: ClassVar[type[NamedSchema]]
    patch: ClassVar[type[Input]]
    """The body of PATCH."""

    def __init_subclass__(cls) -> None:
        if hasattr(cls, "schema"):
            cls.statements = ItemStatements(queries.named_item(cls.model, stored(cls.schema)))
            cls.noun = cls.schema.__name__
            cls.title = f"a {cls.noun.lower()}"

    def represent(self) -> NamedSchema:
        return representer(self.schema)(self.row, self.url)


class NamedCollection(Collection):
    """A collection of items with names. A subclass names the class of its items."""

    query: ClassVar[Sequence[QueryParameter]] = (query.Q, query.SORT_BY_NAME, query.EXPAND_ITEMS)
    filters: ClassVar[Sequence[QueryParameter]] = ()
    """The parameters in ``query`` that are filters of ``classroom.db.queries``."""
    item: ClassVar[type[NamedItem]]

    def __init_subclass__(cls) -> None:
        if cls.item:
            cls.item_schema = cls.item.schema
            cls.schema = page_of(cls.item_schema)
            cls.noun = cls.__name__
            cls.tag = cls.item.tag = cls.noun.lower()
            cls.title = f"the {cls.tag}"

    def __getitem__(self, name: str) -> NamedItem:
        return traverse(self.at(parse_id(name)))

    def path(self, row: Any) -> str:
        return str(row.id)

    def select(self, chosen: Mapping[str, Any]) -> tuple[CollectionStatements, Scope]:
        words = chosen["q"]
        filters = {each.name: chosen[each.name] for each in self.filters}
        filters = {name: value for name, value in filters.items() if value is not None}
        columns = stored(self.item.schema) if chosen["expand"] else ()
        statements = queries.named(
            self.item.model, columns, chosen["sort"], len(words), tuple(filters)
        )
        return statements, {**queries.prefix_parameters(words), **filters}

    def represent(self, rows: Sequence[Any], expanded: Names[str]) -> Sequence[NamedSchema]:
        return represent_named(self.item.schema, rows, self.url)

    def find(self, url: str) -> NamedItem:
        """Return the item at a URL, which may not exist.

        :raises KeyError: if the URL does not belong to an item of this collection.
        """
        name = url.rpartition("/")[2]
        if url != self.url + name:
            raise KeyError(url)
        return self.at(parse_id(name))

    def at(self, id: int, row: Any = None) -> NamedItem:
        """Return an item without reading it."""
        return self.item(self, str(id), {"key": id}, row)


def represent_named(
    schema: type[NamedSchema], rows: Sequence[Any], collection_url: str
) -> Sequence[NamedSchema]:
    """Return the representations of rows.

    :param collection_url: the URL of the collection that the rows belong to.
    """
    represent = representer(schema)
    return [represent(row, f"{collection_url}{row.id}") for row in rows]
