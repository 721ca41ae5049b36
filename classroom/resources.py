"""The resource tree: rows, and sets of rows, with a place and an ACL.

A URL is looked up from the root down, one ``__getitem__`` a segment. A look-up reads at most one
row and raises nothing but KeyError. Rows are plain and immutable.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pyramid.authorization import DENY_ALL, Allow, Authenticated, Everyone
from pyramid.config import Configurator
from pyramid.traversal import find_root
from sqlalchemy import Executable, Row

from . import models, queries
from .grammar import ID
from .pagination import Page, PageRequest, Slice, paginate
from .request import Request

Acl = Sequence[tuple[str, str, Any]]
Key = dict[str, int]


class Place:
    """A place in the tree; nothing by itself answers at its URL."""

    children: ClassVar[Mapping[str, "type[Place]"]] = {}

    def __init__(self, parent: "Place", name: str) -> None:
        self.__parent__: Place | None = parent
        self.__name__ = name
        self.request: Request = parent.request

    def __getitem__(self, name: str) -> "Place":
        return self.children[name](self, name)


class Resource(Place):
    """A place with a URL, which ends in a slash, and views."""


class Leaf(Resource):
    """A resource whose URL does not end in the slash that Pyramid puts there."""

    def __resource_url__(self, request: Request, info: Mapping[str, str]) -> str:
        return info["app_url"] + info["physical_path"].rstrip("/")


class Item(Leaf):
    """A row in its place; ``row`` is None where only the place matters."""

    model: ClassVar[type[models.Base]]

    def __init__(self, parent: Place, name: str, key: Key, row: Any = None) -> None:
        super().__init__(parent, name)
        self.key = key
        self.row = row


class Collection(Resource):
    """A set of rows, read page by page in the order of their primary key."""

    pages: ClassVar[queries.Pages]
    scope: Mapping[str, int] = {}

    @property
    def home(self) -> "Collection":
        """The collection that the items of this one have their place in."""
        return self

    def page(self, asked: PageRequest) -> "Page[Row[Any]]":
        """:raises classroom.pagination.PastTheEnd: where there is no such page."""

        def fetch(wanted: Slice) -> Sequence[Row[Any]]:
            statement, parameters = self.pages.slice(wanted)
            return self.request.db.execute(statement, {**parameters, **self.scope}).all()

        total = self.request.db.execute(self.pages.total, self.scope).scalar_one()
        return paginate(asked, total, fetch, self.pages.key)


class RegistrationsOfItem(Collection):
    """The registrations of the student or class above them; made and ended elsewhere."""

    def __init__(self, parent: Item, name: str) -> None:
        super().__init__(parent, name)
        self.scope = {"owner": parent.key["id"]}

    @property
    def home(self) -> Collection:
        return find_root(self)["api"]["v1.0"]["registrations"]


class RegistrationsOfStudent(RegistrationsOfItem):
    pages = queries.REGISTRATIONS_OF_STUDENT


class RegistrationsOfClass(RegistrationsOfItem):
    pages = queries.REGISTRATIONS_OF_CLASS


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
    one: ClassVar[Executable]

    def __getitem__(self, name: str) -> NamedItem:
        key = {"id": parse_id(name)}
        return self.item(self, name, key, read_row(self.request, self.one, key))

    def place(self, id: int) -> NamedItem:
        """The place of an item that need not be read."""
        return self.item(self, str(id), {"id": id})


class Students(NamedCollection):
    pages = queries.STUDENTS
    one = queries.STUDENT
    item = Student


class Classes(NamedCollection):
    pages = queries.CLASSES
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
    pages = queries.REGISTRATIONS

    def __getitem__(self, name: str) -> RegistrationsByStudent:
        return RegistrationsByStudent(self, name)

    def place(self, student_id: int, class_id: int) -> Registration:
        """The place of a registration that need not be read."""
        key = {"student_id": student_id, "class_id": class_id}
        return Registration(self[str(student_id)], str(class_id), key)


class V1(Resource):
    """Version 1.0 of the API; whoever is known may do everything here."""

    __acl__: ClassVar[Acl] = [
        (Allow, Authenticated, ("view", "create", "replace", "delete")),
        DENY_ALL,
    ]
    children = {"students": Students, "classes": Classes, "registrations": Registrations}


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


def parse_id(name: str) -> int:
    """:raises KeyError: where ``name`` is no id in its canonical form."""
    if not re.fullmatch(ID, name):
        raise KeyError(name)
    return int(name)


def read_row(request: Request, statement: Executable, key: Key) -> Row[Any]:
    """:raises KeyError: where there is no such row."""
    row = request.db.execute(statement, key).one_or_none()
    if row is None:
        raise KeyError(*key.values())
    return row


def includeme(config: Configurator) -> None:
    tokens = config.registry["classroom.settings"].use_token_auth
    config.set_root_factory(RootWithTokens if tokens else Root)
