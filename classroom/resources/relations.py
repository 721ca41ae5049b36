"""The fields of a registration that refer to a student and to a class."""

from collections.abc import Callable
from collections.abc import Collection as Names
from typing import Any, NamedTuple

from .. import models, schemas
from ..db import registration_queries as queries
from ..schemas.base import stored
from ..schemas.named import NamedSchema, representer


class Relation(NamedTuple):
    """A field of a registration that refers to an item of a collection."""

    name: str
    collection: str
    schema: type[NamedSchema]
    join: queries.Join

    def representer(
        self, collection_url: str, is_expanded: bool
    ) -> Callable[[Any], NamedSchema | str]:
        """Return a function that takes a row and returns the related item, or its URL.

        :param is_expanded: whether to return the item.
        """
        column, represent = self.join.column, representer(self.schema, self.join.prefix)
        if is_expanded:
            return lambda row: represent(row, f"{collection_url}{getattr(row, column)}")
        return lambda row: f"{collection_url}{getattr(row, column)}"


def _relation(name: str, collection: str, model: type[models.Named], schema: Any) -> Relation:
    return Relation(name, collection, schema, queries.Join(name, model, stored(schema)))


RELATIONS = (
    _relation("student", "students", models.Student, schemas.Student),
    _relation("class", "classes", models.Class, schemas.Class),
)


def joins(expanded: Names[str]) -> tuple[queries.Join, ...]:
    """Return the joins that select the columns of expanded fields."""
    return tuple(relation.join for relation in RELATIONS if relation.name in expanded)
