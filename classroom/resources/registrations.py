"""Registrations, as items and in collections."""

from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pyramid.traversal import find_interface

from .. import schemas
from ..db import registration_queries as queries
from ..db.exceptions import NotFound
from ..db.slices import Scope
from ..db.statements import CollectionStatements
from ..http import filters, query
from ..http.query import QueryParameter
from ..schemas.pages import page_of
from .acl import REGISTRATIONS, Acl, of_class
from .base import Collection, Item, Node, Version, traverse
from .ids import parse_id
from .relations import RELATIONS, joins

_EXPAND = query.expand("RegistrationExpansion", *(relation.name for relation in RELATIONS))
_EXPAND_ITEMS = query.expand(
    "RegistrationsExpansion", "items", *(relation.name for relation in RELATIONS)
)

# By the names of the parameters in ``db.registration_queries``.
_FILTERS = {
    "since": filters.date_time("since", "Select the registrations at or after this time."),
    "until": filters.date_time("until", "Select the registrations before this time."),
    "student_id": filters.item_id(
        "student", "Select the registrations of the student with this id."
    ),
    "class_id": filters.item_id("class", "Select the registrations for the class with this id."),
}


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
    query: ClassVar[Sequence[QueryParameter]] = (_EXPAND_ITEMS,)
    tag = "registrations"

    def path(self, row: Any) -> str:
        return path(row.student_id, row.class_id)

    def select(self, chosen: Mapping[str, Any]) -> tuple[CollectionStatements, Scope]:
        expanded, scope = chosen["expand"], self.scope(chosen)
        return queries.registrations(frozenset(scope), joins(expanded), bool(expanded)), scope

    def scope(self, chosen: Mapping[str, Any]) -> Scope:
        """Return the bind parameters that select the rows."""
        raise NotImplementedError

    def represent(
        self, rows: Sequence[Any], expanded: Names[str]
    ) -> Sequence[schemas.Registration]:
        return list(_represent(find_interface(self, Version), rows, expanded))


class RegistrationsOfItem(RegistrationCollection):
    """The registrations of the parent, which is a student or a class."""

    owner: ClassVar[str]

    def scope(self, chosen: Mapping[str, Any]) -> Scope:
        return {self.owner: self.__parent__.key["key"]}

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
    """A registration. For PUT, the context may be a registration that does not exist yet."""

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
    query = (*_FILTERS.values(), _EXPAND_ITEMS)
    noun = "Registrations"
    title = "the registrations"

    def scope(self, chosen: Mapping[str, Any]) -> Scope:
        values = {key: chosen[parameter.name] for key, parameter in _FILTERS.items()}
        return {key: value for key, value in values.items() if value is not None}

    def __getitem__(self, name: str) -> RegistrationsByStudent:
        parse_id(name)
        return RegistrationsByStudent(self, name)

    def at(self, student_id: int, class_id: int, row: Any = None) -> Registration:
        """Return the item of a registration without reading it."""
        key = {"student_id": student_id, "class_id": class_id}
        parent = RegistrationsByStudent(self, str(student_id))
        return Registration(parent, str(class_id), key, row)
