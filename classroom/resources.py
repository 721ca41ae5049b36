"""The resource tree: rows, and sets of rows, with a place and an ACL."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pyramid.authorization import DENY_ALL, Allow, Authenticated, Everyone
from pyramid.config import Configurator
from pyramid.traversal import find_interface

from . import models, queries
from .places import Collection, Item, Leaf, Place, Resource, parse_id, read_row
from .request import Request

Acl = Sequence[tuple[str, str, Any]]


class RegistrationsOfItem(Collection):
    """The registrations of the student or class above them; made and ended elsewhere."""

    def __init__(self, parent: Item, name: str) -> None:
        super().__init__(parent, name)
        self.scope = {"owner": parent.key["id"]}

    @property
    def home(self) -> Collection:
        return find_interface(self, V1)["registrations"]


class RegistrationsOfStudent(RegistrationsOfItem):
    listing = queries.REGISTRATIONS_OF_STUDENT


class RegistrationsOfClass(RegistrationsOfItem):
    listing = queries.REGISTRATIONS_OF_CLASS


class NamedItem(Item):
    """A student or a class, which differ by data alone."""

    model: ClassVar[type[models.Named]]


class Student(NamedItem):
    model = models.Student
    children = {"registrations": RegistrationsOfStudent}


class Class(NamedItem):
    model = models.Class
    children = {"registrations": RegistrationsOfClass}


class NamedCollection(Collection):
    """The students or the classes."""

    item: ClassVar[type[NamedItem]]
    one: ClassVar[queries.One]

    def __getitem__(self, name: str) -> NamedItem:
        key = {"id": parse_id(name)}
        return self.item(self, name, key, read_row(self.request, self.one, key))

    def place(self, id: int) -> NamedItem:
        """The place of an item that need not be read."""
        return self.item(self, str(id), {"id": id})


class Students(NamedCollection):
    listing = queries.STUDENTS
    one = queries.STUDENT
    item = Student


class Classes(NamedCollection):
    listing = queries.CLASSES
    one = queries.CLASS
    item = Class


class Registration(Item):
    model = models.Registration


class RegistrationsByStudent(Place):
    """The middle of a registration's path: ``7`` in ``registrations/7/3``."""

    def __getitem__(self, name: str) -> Registration:
        key = {"student_id": parse_id(self.__name__), "class_id": parse_id(name)}
        return Registration(self, name, key, read_row(self.request, queries.REGISTRATION, key))


class Registrations(Collection):
    listing = queries.REGISTRATIONS

    def __getitem__(self, name: str) -> RegistrationsByStudent:
        return RegistrationsByStudent(self, name)

    def place(self, student_id: int, class_id: int) -> Registration:
        """The place of a registration that need not be read."""
        key = {"student_id": student_id, "class_id": class_id}
        return Registration(self[str(student_id)], str(class_id), key)


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
