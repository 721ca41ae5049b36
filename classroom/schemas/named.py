"""The base class of the schemas of students, classes and users."""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from .base import Schema, linked, stored
from .fields import Name, url


class NamedSchema(Schema, frozen=True):
    """A student, a class or a user. Its fields are links, and columns of its table."""

    url: Annotated[str, url("", "The URL.")]
    name: Annotated[Name, Meta(examples=["david"])]


SchemaType = TypeVar("SchemaType", bound=NamedSchema)


@cache
def representer(schema: type[SchemaType], prefix: str = "") -> Callable[[Any, str], SchemaType]:
    """Return a function that makes the representation from a row and its URL.

    :param prefix: the prefix of the labels of the columns in the row.
    :raises TypeError: if the fields are not the URL, columns and links, in this order.
    """
    names, links = stored(schema), linked(schema)
    if schema.__struct_fields__ != ("url", *names, *links):
        raise TypeError(f"{schema.__name__}: url must be the first field, and links the last")
    columns, suffixes = [prefix + name for name in names], [f"/{name}/" for name in links]

    def represent(row: Any, url: str) -> SchemaType:
        values = [getattr(row, column) for column in columns]
        return schema(url, *values, *[url + suffix for suffix in suffixes])

    return represent
