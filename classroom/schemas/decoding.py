"""Decode the fields of a request body."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

import msgspec

from ..http.errors import InvalidFields
from ..models.validation import InvalidValue
from .base import Input, extra, is_optional, is_patch

InputType = TypeVar("InputType", bound=Input)


class _Rule(NamedTuple):
    validate: Callable[[object], Any]
    is_optional: bool
    """Whether the field may be null, or missing unless ``is_patch``, which is the same."""
    is_patch: bool
    """Whether a missing field stays as it is."""


def decode(fields: Mapping[str, Any], schema: type[InputType]) -> InputType:
    """Return the members of a JSON object as an input.

    An optional field that is missing or null is None.

    :raises classroom.http.errors.InvalidFields: with all missing and invalid fields.
    """
    found = ((name, _problem(fields, name, rule)) for name, rule in _rules(schema).items())
    if problems := {name: problem for name, problem in found if problem}:
        raise InvalidFields(problems)
    return msgspec.convert(fields, schema)


@cache
def _rules(schema: type[Input]) -> dict[str, _Rule]:
    fields = msgspec.structs.fields(schema)
    return {
        field.encode_name: _Rule(
            extra(field.type)["validate"], is_optional(field.type), is_patch(field.type)
        )
        for field in fields
    }


def _problem(fields: Mapping[str, Any], name: str, rule: _Rule) -> str | None:
    if fields.get(name) is None and rule.is_optional:
        return None
    if name not in fields and rule.is_patch:
        return None
    # A patch removes a field with null (RFC 7396).
    if name not in fields or (fields[name] is None and rule.is_patch):
        return "is missing"
    try:
        rule.validate(fields[name])
    except InvalidValue as error:
        return error.rule
    return None
