"""The base class of the schemas of students and classes, and inputs derived from them."""

from functools import cache
from typing import Annotated

from msgspec import Meta

from .base import Input, define_input, define_patch, stored
from .fields import Id, SourceId, Time
from .named import NamedSchema


class RecordSchema(NamedSchema, frozen=True):
    """A student or a class. The service sets the id and the times."""

    id: Annotated[Id, Meta(description="The number in the URL. It is never reused.")]
    source_id: Annotated[SourceId | None, Meta(examples=["S-123"])]
    created_at: Annotated[Time, Meta(description="When the resource was created, in UTC.")]
    updated_at: Annotated[
        Time, Meta(description="When the name or the `source_id` last changed, in UTC.")
    ]


_Input = define_input(RecordSchema, "Named", "The fields of a student or a class.")
_PATCH = "A JSON merge patch (RFC 7396): the fields to change."
_Patch = define_patch(RecordSchema, "Change", _PATCH)


@cache
def input_of(schema: type[RecordSchema]) -> type[Input]:
    """Return the input of POST and PUT. Types with the same fields share one."""
    if stored(schema) == stored(RecordSchema):
        return _Input
    name = schema.__name__
    return define_input(schema, f"{name}Input", f"The fields of a {name.lower()}.")


@cache
def patch_of(schema: type[RecordSchema]) -> type[Input]:
    """Return the input of PATCH. Types with the same fields share one."""
    if stored(schema) == stored(RecordSchema):
        return _Patch
    return define_patch(schema, f"{schema.__name__}Patch", _PATCH)
