"""Optional fields: decoded, documented and stored."""

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select

from classroom.http.errors import InvalidFields
from classroom.models.column_types import Validated
from classroom.models.validation import InvalidValue, validate_name
from classroom.schemas.base import Schema, define_input, define_patch, extra, is_optional, stored
from classroom.schemas.decoding import decode, decode_patch
from classroom.schemas.fields import url


def validate_age(age: object) -> int:
    if not isinstance(age, int):
        raise InvalidValue("age", "must be an integer")
    return age


Age = Annotated[int, Meta(ge=0, extra={"validate": validate_age})]


class Animal(Schema, frozen=True):
    url: Annotated[str, url("animals/1", "The URL.")]
    age: Annotated[Age | None, Meta(examples=[3])]
    weight: Age
    height: Age | None


Input = define_input(Animal, "AnimalInput", "The fields of an animal.")
Patch = define_patch(Animal, "AnimalPatch", "The fields to change.")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"weight": 1}, {"weight": 1}),
        ({"weight": 1, "age": None}, {"age": None, "weight": 1}),
        ({"weight": 1, "age": 2, "height": 3}, {"age": 2, "weight": 1, "height": 3}),
    ],
)
def test_an_optional_field_may_be_missing_or_null(
    fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert decode(fields, Input).given() == expected


def test_all_missing_and_invalid_fields_are_reported() -> None:
    with pytest.raises(InvalidFields) as raised:
        decode({"age": "x", "height": ""}, Input)
    rule = "must be an integer"
    assert raised.value.problems == {"age": rule, "weight": "is missing", "height": rule}


def test_only_an_optional_field_may_be_null() -> None:
    with pytest.raises(InvalidFields) as raised:
        decode({"weight": None}, Input)
    assert raised.value.problems == {"weight": "must be an integer"}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({}, {}),
        ({"weight": 1, "x": 2}, {"weight": 1}),
        ({"age": None, "height": 3}, {"age": None, "height": 3}),
    ],
)
def test_a_patch_has_the_fields_that_it_names(
    patch: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert decode_patch(patch, Input) == expected


def test_a_patch_cannot_remove_a_required_field() -> None:
    with pytest.raises(InvalidFields) as raised:
        decode_patch({"weight": None, "height": ""}, Input)
    problems = {"weight": "is missing", "height": "must be an integer"}
    assert raised.value.problems == problems


def test_an_optional_type_has_the_rules_of_its_type() -> None:
    for kind in (Age | None, Annotated[Age | None, Meta(examples=[3])]):
        assert is_optional(kind)
        assert extra(kind) == {"validate": validate_age}
    assert not is_optional(Age)
    assert stored(Animal) == ("age", "weight", "height")


def test_the_schemas_list_the_required_fields() -> None:
    _, components = msgspec.json.schema_components([Animal, Input, Patch])
    required = {name: schema["required"] for name, schema in components.items()}
    assert required == {
        "Animal": ["url", "age", "weight", "height"],
        "AnimalInput": ["weight"],
        "AnimalPatch": [],
    }
    assert components["AnimalInput"]["properties"]["age"] == {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}],
        "examples": [3],
    }


def test_only_an_optional_column_may_be_null() -> None:
    optional = Column("nickname", Validated(64, validate_name, is_optional=True))
    table = Table("animals", MetaData(), Column("name", Validated(64, validate_name)), optional)
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table).values(name="Rex", nickname=None))
        assert connection.execute(select(table)).all() == [("Rex", None)]
        for values in ({"name": None, "nickname": "x"}, {"name": "Rex", "nickname": ""}):
            with pytest.raises(InvalidValue):
                connection.execute(insert(table).values(values))
    engine.dispose()
