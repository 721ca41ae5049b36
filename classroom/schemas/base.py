"""The base classes of schemas, and functions that derive inputs from a schema."""

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, UNSET, Meta, Struct, UnsetType


class Schema(Struct, frozen=True):
    """An object that the service sends. Clients must ignore members that they do not know."""


class Input(Struct, frozen=True):
    """An object that a client sends. Other members are ignored."""

    def given(self) -> dict[str, Any]:
        """Return the fields except those that the client left out."""
        fields = msgspec.structs.asdict(self)
        return {name: value for name, value in fields.items() if value is not UNSET}

    def __repr__(self) -> str:
        """Show no values: one may be a password."""
        return f"<{type(self).__name__}>"


@cache
def stored(schema: type[Struct]) -> tuple[str, ...]:
    """Return the names of the fields that are not links."""
    fields = msgspec.structs.fields(schema)
    return tuple(field.name for field in fields if "is_link" not in extra(field.type))


@cache
def linked(schema: type[Struct]) -> tuple[str, ...]:
    """Return the names of the links except ``url``. Each is the name of a child of the resource."""
    names = (field.name for field in msgspec.structs.fields(schema))
    return tuple(name for name in names if name not in ("url", *stored(schema)))


def define_input(schema: type[Schema], name: str, description: str) -> type[Input]:
    """Define the body that creates or replaces a resource: all fields that clients write.

    An optional field may be left out, and then does not change.
    """
    fields = [
        (field, kind | UnsetType, UNSET) if is_optional(kind) else (field, kind, NODEFAULT)
        for field, kind in _written_fields(schema)
    ]
    return _define(name, description, fields)


def define_patch(schema: type[Schema], name: str, description: str) -> type[Input]:
    """Define the merge patch (RFC 7396) for a resource: any fields of its input."""
    fields = [(name, kind | UnsetType, UNSET) for name, kind in _written_fields(schema)]
    return _define(name, description, fields)


def is_optional(annotation: Any) -> bool:
    """Return whether a field may be null: ``TYPE | None``, with or without ``Meta``."""
    kind, *_ = _parts(annotation)
    return kind is NoneType or any(map(is_optional, _members(kind)))


def extra(annotation: Any) -> dict[str, Any]:
    """Return the ``Meta.extra`` of an annotation: what JSON Schema cannot express.

    For ``TYPE | None`` this includes the ``Meta.extra`` of ``TYPE``.
    """
    kind, *metas = _parts(annotation)
    found: dict[str, Any] = {}
    for member in _members(kind):
        found |= extra(member)
    for meta in metas:
        found |= meta.extra or {} if isinstance(meta, Meta) else {}
    return found


def _parts(annotation: Any) -> tuple[Any, ...]:
    """Return a type, and the metadata if it is annotated."""
    return get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)


def _members(kind: Any) -> tuple[Any, ...]:
    """Return the types of a union, or none if the type is not a union."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else ()


def _written_fields(schema: type[Schema]) -> list[tuple[str, Any]]:
    """Return the names and types of the fields that clients write: those with a validation."""
    fields = (field for field in msgspec.structs.fields(schema) if field.name in stored(schema))
    return [(field.name, field.type) for field in fields if "validate" in extra(field.type)]


def _define(name: str, description: str, fields: list[Any]) -> type[Input]:
    namespace = {"__doc__": description}
    struct = msgspec.defstruct(
        name, fields, bases=(Input,), namespace=namespace, frozen=True, kw_only=True
    )
    return cast(type[Input], struct)
