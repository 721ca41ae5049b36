"""The teachers of a class."""

from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from typing import Any

from pyramid.traversal import find_interface

from .. import schemas
from ..db import queries
from ..db.slices import Scope
from ..db.statements import CollectionStatements
from ..http import query
from ..schemas.base import stored
from ..schemas.named import NamedSchema
from ..schemas.pages import page_of
from .base import Collection, Item, Version, traverse
from .ids import parse_id
from .named import represent_named


class Teacher(Item):
    """A teacher of a class. For PUT, the context may be an assignment that does not exist yet."""

    parameter = "user_id"
    noun = "Teacher"
    title = "a teacher of a class"
    tag = "teachers"
    schema = schemas.Teacher
    statements = queries.TEACHER

    def exists(self) -> bool:
        """Return whether the row exists or, if the method is PUT, may be created."""
        return super().exists() or self.request.method == "PUT"

    def represent(self) -> schemas.Teacher:
        users: Collection = find_interface(self, Version)["users"]
        url = f"{users.url}{self.key['user_id']}"
        return schemas.Teacher(self.url, self.__parent__.__parent__.url, url)


class Teachers(Collection):
    """The users who teach a class. Each is a resource here, and one in the collection of users."""

    item = Teacher
    item_schema = schemas.Teacher
    schema = page_of(schemas.User)
    input = schemas.NewTeacher
    query = (query.EXPAND_ITEMS,)
    noun = "Teachers"
    title = "the teachers of a class"
    tag = "teachers"

    def __getitem__(self, name: str) -> Teacher:
        return traverse(self.at(parse_id(name)))

    @property
    def canonical(self) -> Collection:
        return find_interface(self, Version)["users"]

    @property
    def class_id(self) -> int:
        return self.__parent__.key["key"]

    def path(self, row: Any) -> str:
        return str(row.id)

    def select(self, chosen: Mapping[str, Any]) -> tuple[CollectionStatements, Scope]:
        columns = stored(schemas.User) if chosen["expand"] else ()
        return queries.teachers_of_class(columns), {"owner": self.class_id}

    def represent(self, rows: Sequence[Any], expanded: Names[str]) -> Sequence[NamedSchema]:
        return represent_named(schemas.User, rows, self.canonical.url)

    def at(self, user_id: int) -> Teacher:
        """Return the resource of a teacher without reading it."""
        return Teacher(self, str(user_id), {"class_id": self.class_id, "user_id": user_id})
