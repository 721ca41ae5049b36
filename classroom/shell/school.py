"""All mappings of the shell, which refer to each other."""

from collections.abc import Iterator
from typing import Any

from ..resources import registrations, tree, users
from ..resources.base import Version
from ..resources.records import Records as RecordsResource
from .records import Record, Records
from .registrations import Registrations
from .request import ShellRequest
from .students import Classes, Students
from .users import Users

_MAPPINGS: dict[type, Any] = {
    tree.Students: Students,
    tree.Classes: Classes,
    registrations.Registrations: Registrations,
    users.Users: Users,
}


class School:
    """The mappings of an API, by the names of its collections, which are attributes too."""

    students: Students
    classes: Classes
    registrations: Registrations
    users: Users

    def __init__(self, request: ShellRequest, api: Version) -> None:
        self.request = request
        self.mappings = dict(self._define(api))
        vars(self).update(self.mappings)

    def _define(self, api: Version) -> Iterator[tuple[str, Any]]:
        for name, kind in api.children.items():
            if kind in _MAPPINGS:
                yield name, _MAPPINGS[kind](self, api[name])
            elif issubclass(kind, RecordsResource):
                yield name, define_mapping(kind)(self, api[name])


def define_mapping(kind: type[RecordsResource]) -> type[Records[Any]]:
    """Define the mapping of a type without special methods."""
    item = type(kind.item.__name__, (Record,), {"__slots__": (), "kind": kind.item})
    doc = f"All {kind.__name__.lower()} by id."
    return type(kind.__name__, (Records,), {"__slots__": (), "item": item, "__doc__": doc})
