"""Users, and the classes that a user teaches."""

from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from typing import Any

from pyramid.traversal import find_interface

from .. import models, schemas
from ..db import queries
from ..db.slices import Scope
from ..db.statements import CollectionStatements
from ..http import query
from ..schemas.base import stored
from ..schemas.named import NamedSchema
from ..schemas.pages import page_of
from .acl import USERS, Acl, of_user
from .base import Collection, Version
from .named import NamedCollection, NamedItem, represent_named


class ClassesOfUser(Collection):
    """The classes that a user teaches."""

    noun = "ClassesOfUser"
    title = "the classes that a user teaches"
    tag = "users"
    item_schema = schemas.Class
    schema = page_of(schemas.Class)
    query = (query.EXPAND_ITEMS,)

    @property
    def canonical(self) -> Collection:
        return find_interface(self, Version)["classes"]

    def path(self, row: Any) -> str:
        return str(row.id)

    def select(self, chosen: Mapping[str, Any]) -> tuple[CollectionStatements, Scope]:
        columns = stored(schemas.Class) if chosen["expand"] else ()
        return queries.classes_of_user(columns), {"owner": self.__parent__.key["key"]}

    def represent(self, rows: Sequence[Any], expanded: Names[str]) -> Sequence[NamedSchema]:
        return represent_named(schemas.Class, rows, self.canonical.url)


class User(NamedItem):
    """A user of the service."""

    model = models.User
    schema = schemas.User
    patch = schemas.UserPatch
    children = {"classes": ClassesOfUser}

    def __acl__(self) -> Acl:
        return of_user(self.key["key"])


class Users(NamedCollection):
    """All users."""

    __acl__ = USERS
    item = User
    input = schemas.NewUser
