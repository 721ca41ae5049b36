"""Students and classes: items and collections that differ only by data."""

from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from .. import models
from ..db import queries
from ..db.statements import CollectionStatements, ItemStatements
from ..http import query
from ..schemas.base import Input, stored
from ..schemas.named import NamedSchema, input_of, patch_of, representer
from ..schemas.pages import page_of
from .base import Collection, Item, Scope, parse_id, read_row


class NamedItem(Item):
    """A student or a class. A subclass names its model, its schema and its children."""

    model: ClassVar[type[models.Named]]
    schema: ClassVar[type[NamedSchema]]
    input: ClassVar[type[Input]]
    """The body of PUT."""
    patch: ClassVar[type[Input]]
    """The body of PATCH."""

    def __init_subclass__(cls) -> None:
        cls.statements = ItemStatements(queries.named_item(cls.model, stored(cls.schema)))
        cls.input = input_of(cls.schema)
        cls.patch = patch_of(cls.schema)
        cls.noun = cls.schema.__name__
        cls.title = f"a {cls.noun.lower()}"

    def represent(self) -> NamedSchema:
        return representer(self.schema)(self.row, self.url)


class NamedCollection(Collection):
    """The students or the classes. A subclass names the class of its items."""

    query = (query.Q, query.SORT, query.EXPAND_ITEMS)
    item: ClassVar[type[NamedItem]]

    def __init_subclass__(cls) -> None:
        cls.item_schema = cls.item.schema
        cls.schema = page_of(cls.item_schema)
        cls.input = cls.item.input
        cls.noun = cls.__name__
        cls.tag = cls.item.tag = cls.noun.lower()
        cls.title = f"the {cls.tag}"

    def __getitem__(self, name: str) -> NamedItem:
        key = {"key": parse_id(name)}
        return self.item(self, name, key, read_row(self.request, self.item.statements, key))

    def path(self, row: Any) -> str:
        return str(row.id)

    def select(self, chosen: Mapping[str, Any]) -> tuple[CollectionStatements, Scope]:
        words = chosen["q"]
        columns = stored(self.item.schema) if chosen["expand"] else ()
        statements = queries.named(self.item.model, columns, chosen["sort"], len(words))
        return statements, queries.beginnings_of(words)

    def represent(self, rows: Sequence[Any], expanded: Names[str]) -> Sequence[NamedSchema]:
        collection_url, represent = self.url, representer(self.item.schema)
        return [represent(row, collection_url + self.path(row)) for row in rows]

    def find(self, url: str) -> NamedItem:
        """Return the item at a URL.

        :raises KeyError: if the URL is not that of an item of this collection.
        """
        name = url.rpartition("/")[2]
        if url != self.url + name:
            raise KeyError(url)
        return self[name]

    def at(self, row: Any) -> NamedItem:
        """Return the item of a row that was read already."""
        return self.item(self, str(row.id), {"key": row.id}, row)
