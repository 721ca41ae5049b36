"""What students and classes have in common as JSON."""

from functools import cache
from typing import Annotated, Any, Self

from msgspec import Meta

from .base import Input, Schema, define_input, define_patch, linked, stored
from .fields import Name, url


class NamedSchema(Schema, frozen=True):
    """A student or a class: links, and fields that are columns of its table."""

    url: Annotated[str, url("", "The URL.")]
    name: Annotated[Name, Meta(examples=["david"])]

    @classmethod
    def from_row(cls, row: Any, url: str, prefix: str = "") -> Self:
        """Return the representation of a row.

        :param prefix: begins the labels of the row's columns.
        """
        links = {name: f"{url}/{name}/" for name in linked(cls)}
        values = {name: getattr(row, prefix + name) for name in stored(cls)}
        return cls(url=url, **links, **values)


_Input = define_input(NamedSchema, "Named", "The fields of a student or a class.")
_PATCH = "A JSON merge patch (RFC 7396): the fields to change."
_Patch = define_patch(NamedSchema, "Change", _PATCH)


@cache
def input_of(schema: type[NamedSchema]) -> type[Input]:
    """Return what POST and PUT take; the same for all types that only have a name."""
    if stored(schema) == stored(NamedSchema):
        return _Input
    name = schema.__name__
    return define_input(schema, f"{name}Input", f"The fields of a {name.lower()}.")


@cache
def patch_of(schema: type[NamedSchema]) -> type[Input]:
    """Return what PATCH takes; the same for all types that only have a name."""
    if stored(schema) == stored(NamedSchema):
        return _Patch
    return define_patch(schema, f"{schema.__name__}Patch", _PATCH)
