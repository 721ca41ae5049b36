"""Decode the fields that a client sends."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

import msgspec

from ..http.errors import InvalidFields
from ..models.validation import InvalidValue
from .base import Input, extra, is_optional

InputType = TypeVar("InputType", bound=Input)


class _Rule(NamedTuple):
    type: Any
    validate: Callable[[object], Any]
    is_optional: bool
    """Whether the field may be missing or null."""


def decode(fields: Mapping[str, Any], schema: type[InputType]) -> InputType:
    """Return the members of a JSON object as an input.

    An optional field is UNSET if it is missing, and None if it is null.

    :raises classroom.http.errors.InvalidFields: with all missing and invalid fields.
    """
    _check(fields, _rules(schema))
    return msgspec.convert(fields, schema)


def decode_patch(patch: Mapping[str, Any], schema: type[Input]) -> dict[str, Any]:
    """Return the fields that a merge patch (RFC 7396) changes. A null removes a field.

    :param schema: the input whose rules apply to the fields in the patch.
    :raises classroom.http.errors.InvalidFields: with all invalid and removed required fields.
    """
    rules = {name: rule for name, rule in _rules(schema).items() if name in patch}
    _check({name: value for name, value in patch.items() if value is not None}, rules)
    return {name: msgspec.convert(patch[name], rule.type) for name, rule in rules.items()}


def _check(fields: Mapping[str, Any], rules: Mapping[str, _Rule]) -> None:
    found = ((name, _problem(fields, name, rule)) for name, rule in rules.items())
    if problems := {name: problem for name, problem in found if problem}:
        raise InvalidFields(problems)


@cache
def _rules(schema: type[Input]) -> dict[str, _Rule]:
    fields = msgspec.structs.fields(schema)
    return {
        field.encode_name: _Rule(field.type, extra(field.type)["validate"], is_optional(field.type))
        for field in fields
    }


def _problem(fields: Mapping[str, Any], name: str, rule: _Rule) -> str | None:
    if rule.is_optional and fields.get(name) is None:
        return None
    if name not in fields:
        return "is missing"
    try:
        rule.validate(fields[name])
    except InvalidValue as error:
        return error.rule
    return None
