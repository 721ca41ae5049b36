"""Students and classes as objects: what they have in common."""

from typing import Any, ClassVar, TypeVar

from ..db import writes
from ..resources.records import Record as RecordResource
from ..resources.records import Records as RecordsResource
from ..schemas.decoding import decode, decode_patch
from .named import Named, NamedMapping
from .request import refusals


class Record(Named):
    """A student or a class."""

    __slots__ = ()
    kind: ClassVar[type[RecordResource]]

    def change(self, **values: Any) -> None:
        with refusals():
            fields = decode_patch(values, self.kind.input)
        with self.school.request.write() as connection:
            writes.change(connection, self.kind.model, self.id, **fields)


RecordType = TypeVar("RecordType", bound=Record)


class Records(NamedMapping[int, RecordType]):
    """Students or classes by id."""

    __slots__ = ()
    resource: RecordsResource

    def key(self, item: RecordType) -> int:
        return item.id

    def add(self, name: str, **fields: Any) -> RecordType:
        """Create a row.

        :raises TypeError: if there is no such field.
        :raises ValueError: if a value is invalid.
        :raises SourceIdExists: if another row has the source id.
        """
        values = self.resource.input(name=name, **fields).given()
        with refusals():
            values = decode(values, self.resource.input).given()
        with self.school.request.write() as connection:
            row = writes.create(connection, self.item.kind.model, **values)
        return self.at(row.id, row)

    def __delitem__(self, key: Any) -> None:
        """Delete a row, and its registrations."""
        item = self[key]
        with self.school.request.write() as connection:
            writes.remove(connection, item.kind.model, item.id)
