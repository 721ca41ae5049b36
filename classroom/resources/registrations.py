"""Registrations, as items and in collections."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Names
from typing import Any, ClassVar, NamedTuple

from pyramid.traversal import find_interface

from .. import models, schemas
from ..db import queries
from ..db.exceptions import NotFound
from ..db.statements import CollectionStatements
from ..http import query
from ..schemas.base import stored
from ..schemas.named import NamedSchema, representer
from ..schemas.pages import page_of
from .acl import REGISTRATIONS, Acl, of_class
from .base import Collection, Item, Node, Scope, Version, parse_id, traverse


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
_EXPAND = query.expand("RegistrationExpansion", *(relation.name for relation in RELATIONS))
_EXPAND_ITEMS = query.expand(
    "RegistrationsExpansion", "items", *(relation.name for relation in RELATIONS)
)


def joins(expanded: Names[str]) -> tuple[queries.Join, ...]:
    """Return the joins that select the columns of expanded fields."""
    return tuple(relation.join for relation in RELATIONS if relation.name in expanded)


def _represent(
    api: Version, rows: Sequence[Any], expanded: Names[str]
) -> Iterator[schemas.Registration]:
    """Yield the representations of rows, and build the URLs of collections only once."""
    url = api["registrations"].url
    related = [
        relation.representer(api[relation.collection].url, relation.name in expanded)
        for relation in RELATIONS
    ]
    for row in rows:
        own_url = url + path(row.student_id, row.class_id)
        yield schemas.Registration.from_row(
            row, own_url, *[represent(row) for represent in related]
        )


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
    """The registrations of the parent, which is a student or a class."""

    def __init__(self, parent: Item, name: str) -> None:
        super().__init__(parent, name)
        self.scope = {"owner": parent.key["key"]}

    @property
    def canonical(self) -> Collection:
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
    """A registration. For PUT, one that does not exist yet is a context too."""

    parameter = "class_id"
    noun = "Registration"
    title = "a registration"
    tag = "registrations"
    schema = schemas.Registration
    query = (_EXPAND,)
    statements = queries.REGISTRATION

    def __acl__(self) -> Acl:
        return of_class(self.key["class_id"])

    def exists(self) -> bool:
        """Return whether the row exists or, if the method is PUT, could be created."""
        return super().exists() or (self.request.method == "PUT" and self._is_creatable())

    def lock(self) -> None:
        """Read and lock the row.

        :raises NotFound: if the method is PUT, and the row neither exists nor could be created.
        """
        super().lock()
        if self.row is None and self.request.method == "PUT" and not self._is_creatable():
            raise NotFound

    def _is_creatable(self) -> bool:
        api = find_interface(self, Version)
        return all(
            api[relation.collection].at(self.key[relation.join.column]).exists()
            for relation in RELATIONS
        )

    def represent(self, expanded: Names[str] = ()) -> schemas.Registration:
        return next(_represent(find_interface(self, Version), [self.row], expanded))


class RegistrationsByStudent(Node):
    """The first id in the path of a registration: ``7`` in ``registrations/7/3``."""

    parameter = "student_id"
    item = Registration

    def __getitem__(self, name: str) -> Registration:
        key = {"student_id": parse_id(self.__name__), "class_id": parse_id(name)}
        return traverse(Registration(self, name, key))


class Registrations(RegistrationCollection):
    """All registrations."""

    __acl__ = REGISTRATIONS

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
