"""The resource tree: rows, and sets of rows, with a place and an ACL."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pyramid.authorization import DENY_ALL, Allow, Authenticated, Everyone
from pyramid.config import Configurator
from pyramid.traversal import find_interface

from .. import models
from ..db import queries
from ..http import query
from ..request import Request
from .base import Collection, Item, Leaf, Place, Resource, Scope, find_row, parse_id, read_row

Acl = Sequence[tuple[str, str, Any]]


class AnyRegistrations(Collection):
    """All registrations, or some."""

    query = {"expand": query.some_of("items", "student", "class")}
    owner: ClassVar[str | None] = None
    scope: Scope = {}

    def path(self, row: Any) -> str:
        return f"{row.student_id}/{row.class_id}"

    def select(self, chosen: Mapping[str, Any]) -> tuple[queries.CollectionStatements, Scope]:
        return queries.registrations(self.owner, chosen["expand"]), self.scope


class RegistrationsOfItem(AnyRegistrations):
    """The registrations of the student or class above them; made and ended elsewhere."""

    def __init__(self, parent: Item, name: str) -> None:
        super().__init__(parent, name)
        self.scope = {"owner": parent.key["key"]}

    @property
    def home(self) -> Collection:
        return find_interface(self, V1)["registrations"]


class RegistrationsOfStudent(RegistrationsOfItem):
    owner = "student_id"


class RegistrationsOfClass(RegistrationsOfItem):
    owner = "class_id"


class NamedItem(Item):
    """A student or a class, which differ by data alone."""

    model: ClassVar[type[models.Named]]


class Student(NamedItem):
    model = models.Student
    statements = queries.STUDENT
    children = {"registrations": RegistrationsOfStudent}


class Class(NamedItem):
    model = models.Class
    statements = queries.CLASS
    children = {"registrations": RegistrationsOfClass}


class NamedCollection(Collection):
    """The students or the classes."""

    query = {
        "q": query.words,
        "sort": query.order,
        "expand": query.some_of("items"),
    }
    item: ClassVar[type[NamedItem]]

    def __getitem__(self, name: str) -> NamedItem:
        key = {"key": parse_id(name)}
        return self.item(self, name, key, read_row(self.request, self.item.statements, key))

    def path(self, row: Any) -> str:
        return str(row.id)

    def select(self, chosen: Mapping[str, Any]) -> tuple[queries.CollectionStatements, Scope]:
        words, is_expanded = chosen["q"], bool(chosen["expand"])
        statements = queries.named(self.item.model, chosen["sort"], len(words), is_expanded)
        return statements, queries.beginnings_of(words)

    def place(self, row: Any) -> NamedItem:
        """The place of a row that has been read already."""
        return self.item(self, str(row.id), {"key": row.id}, row)


class Students(NamedCollection):
    item = Student


class Classes(NamedCollection):
    item = Class


class Registration(Item):
    """A student's registration for a class; to PUT, one that may not exist yet."""

    statements: ClassVar[queries.ItemStatements] = queries.REGISTRATION
    query = {"expand": query.some_of("student", "class")}


class RegistrationsByStudent(Place):
    """The middle of a registration's path: ``7`` in ``registrations/7/3``."""

    def __getitem__(self, name: str) -> Registration:
        key = {"student_id": parse_id(self.__name__), "class_id": parse_id(name)}
        row = find_row(self.request, Registration.statements, key)
        if row is None:
            self._may_be_made(key)
        return Registration(self, name, key, row)

    def _may_be_made(self, key: dict[str, int]) -> None:
        """:raises KeyError: where there is nothing to PUT a registration of."""
        students = self.request.method == "PUT" and self.request.rows(
            queries.STUDENT.select_for_key_share, {"key": key["student_id"]}
        )
        if not students or not self.request.rows(
            queries.CLASS.select_for_key_share, {"key": key["class_id"]}
        ):
            raise KeyError(*key.values())


class Registrations(AnyRegistrations):
    def __getitem__(self, name: str) -> RegistrationsByStudent:
        return RegistrationsByStudent(self, name)

    def place(self, student_id: int, class_id: int, row: Any = None) -> Registration:
        """The place of a registration that need not be read."""
        key = {"student_id": student_id, "class_id": class_id}
        return Registration(self[str(student_id)], str(class_id), key, row)


class OpenAPI(Leaf):
    """The contract as an OpenAPI document, open to strangers."""

    __acl__: ClassVar[Acl] = [(Allow, Everyone, "view"), DENY_ALL]


class V1(Resource):
    """Version 1.0 of the API; whoever is known may do everything here."""

    __acl__: ClassVar[Acl] = [
        (Allow, Authenticated, ("view", "create", "replace", "delete")),
        DENY_ALL,
    ]
    children = {
        "students": Students,
        "classes": Classes,
        "registrations": Registrations,
        "openapi.json": OpenAPI,
    }


class Api(Place):
    children = {"v1.0": V1}


class RequestToken(Leaf):
    __acl__: ClassVar[Acl] = [(Allow, Authenticated, "view"), DENY_ALL]


class Auth(Place):
    children = {"request-token": RequestToken}


class Root(Resource):
    """The root of the tree, open to strangers."""

    __acl__: ClassVar[Acl] = [(Allow, Everyone, "view"), DENY_ALL]
    children = {"api": Api}

    def __init__(self, request: Request) -> None:
        self.__parent__ = None
        self.__name__ = ""
        self.request = request if isinstance(request, Request) else Request.adopt(request)


class RootWithTokens(Root):
    """The root where tokens are in use and may be asked for."""

    children = {**Root.children, "auth": Auth}


def includeme(config: Configurator) -> None:
    tokens = config.registry["classroom.settings"].use_token_auth
    config.set_root_factory(RootWithTokens if tokens else Root)
