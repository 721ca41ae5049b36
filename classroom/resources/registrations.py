"""Registrations, alone and in collections."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Names
from typing import Any, ClassVar, NamedTuple

from pyramid.traversal import find_interface

from .. import models, schemas
from ..db import queries
from ..db.statements import CollectionStatements
from ..http import query
from ..schemas.base import stored
from ..schemas.named import NamedSchema, representer
from ..schemas.pages import page_of
from .base import Collection, Item, Node, PrimaryKey, Scope, Version, find_row, parse_id


class Relation(NamedTuple):
    """A field of a registration that refers to an item of a collection."""

    name: str
    collection: str
    schema: type[NamedSchema]
    join: queries.Join

    def representer(self, home: str, is_expanded: bool) -> Callable[[Any], NamedSchema | str]:
        """Return a function of a row that returns the related item, or its URL.

        :param home: the URL of the collection.
        """
        column, represent = self.join.column, representer(self.schema, self.join.prefix)
        if is_expanded:
            return lambda row: represent(row, f"{home}{getattr(row, column)}")
        return lambda row: f"{home}{getattr(row, column)}"


def _relation(name: str, collection: str, model: type[models.Named], schema: Any) -> Relation:
    return Relation(name, collection, schema, queries.Join(name, model, stored(schema)))


RELATIONS = (
    _relation("student", "students", models.Student, schemas.Student),
    _relation("class", "classes", models.Class, schemas.Class),
)
_EXPAND = query.expand("RegistrationExpansion", *(relation.name for relation in RELATIONS))
_EXPAND_ITEMS = query.expand(
    "RegistrationsExpansion", "items", *(relation.name for relation in RELATIONS)
)


def joins(expanded: Names[str]) -> tuple[queries.Join, ...]:
    """Return the joins that read what ``expand`` names."""
    return tuple(relation.join for relation in RELATIONS if relation.name in expanded)


def _represent(
    api: Version, rows: Sequence[Any], expanded: Names[str]
) -> Iterator[schemas.Registration]:
    """Yield the representations of rows. URLs of collections are made once."""
    url = api["registrations"].url
    related = [
        relation.representer(api[relation.collection].url, relation.name in expanded)
        for relation in RELATIONS
    ]
    for row in rows:
        own = url + path(row.student_id, row.class_id)
        yield schemas.Registration.from_row(row, own, *[represent(row) for represent in related])


def path(student_id: int, class_id: int) -> str:
    """Return the URL of a registration, relative to the collection of all registrations."""
    return f"{student_id}/{class_id}"


class RegistrationCollection(Collection):
    """All registrations, or those of one student or class."""

    item_schema = schemas.Registration
    schema = page_of(schemas.Registration)
    query = (_EXPAND_ITEMS,)
    tag = "registrations"
    owner: ClassVar[str | None] = None
    scope: Scope = {}

    def path(self, row: Any) -> str:
        return path(row.student_id, row.class_id)

    def select(self, chosen: Mapping[str, Any]) -> tuple[CollectionStatements, Scope]:
        expanded = chosen["expand"]
        return queries.registrations(self.owner, joins(expanded), bool(expanded)), self.scope

    def represent(
        self, rows: Sequence[Any], expanded: Names[str]
    ) -> Sequence[schemas.Registration]:
        return list(_represent(find_interface(self, Version), rows, expanded))


class RegistrationsOfItem(RegistrationCollection):
    """The registrations of the student or class above them."""

    def __init__(self, parent: Item, name: str) -> None:
        super().__init__(parent, name)
        self.scope = {"owner": parent.key["key"]}

    @property
    def home(self) -> Collection:
        return find_interface(self, Version)["registrations"]


class RegistrationsOfStudent(RegistrationsOfItem):
    noun = "RegistrationsOfStudent"
    title = "the registrations of a student"
    owner = "student_id"


class RegistrationsOfClass(RegistrationsOfItem):
    noun = "RegistrationsOfClass"
    title = "the registrations of a class"
    owner = "class_id"


class Registration(Item):
    """A registration. One that does not exist is a context too if the method is PUT."""

    parameter = "class_id"
    noun = "Registration"
    title = "a registration"
    tag = "registrations"
    schema = schemas.Registration
    query = (_EXPAND,)
    statements = queries.REGISTRATION

    def represent(self, expanded: Names[str] = ()) -> schemas.Registration:
        return next(_represent(find_interface(self, Version), [self.row], expanded))


class RegistrationsByStudent(Node):
    """The first id in the path of a registration: ``7`` in ``registrations/7/3``."""

    parameter = "student_id"
    item = Registration

    def __getitem__(self, name: str) -> Registration:
        key = {"student_id": parse_id(self.__name__), "class_id": parse_id(name)}
        row = find_row(self.request, Registration.statements, key)
        if row is None:
            self._check_creatable(key)
        return Registration(self, name, key, row)

    def _check_creatable(self, key: PrimaryKey) -> None:
        """:raises KeyError: unless the method is PUT and the student and the class exist."""
        if self.request.method != "PUT":
            raise KeyError(*key.values())
        for relation in RELATIONS:
            lock = queries.key_share(relation.join.model)
            if not self.request.rows(lock, {"key": key[relation.join.column]}):
                raise KeyError(*key.values())


class Registrations(RegistrationCollection):
    """All registrations."""

    item = RegistrationsByStudent
    input = schemas.Pair
    noun = "Registrations"
    title = "the registrations"

    def __getitem__(self, name: str) -> RegistrationsByStudent:
        parse_id(name)
        return RegistrationsByStudent(self, name)

    def at(self, student_id: int, class_id: int, row: Any = None) -> Registration:
        """Return the item of a registration without reading it."""
        key = {"student_id": student_id, "class_id": class_id}
        parent = RegistrationsByStudent(self, str(student_id))
        return Registration(parent, str(class_id), key, row)
