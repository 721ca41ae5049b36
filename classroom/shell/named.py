"""Rows with names as objects: the base classes of students, classes and users."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ..db.exceptions import NotFound
from ..resources.ids import parse_id
from ..resources.named import NamedItem
from ..schemas.base import stored
from .mappings import CollectionMapping, Found, Key

if TYPE_CHECKING:
    from .school import School


class Field:
    """A field of a row as an attribute. Assigning to it writes it, if clients may write it."""

    def __init__(self, name: str, is_written: bool) -> None:
        self._name = name
        self._is_written = is_written

    def __get__(self, item: "Named", owner: type) -> Any:
        return getattr(item.row, self._name)

    def __set__(self, item: "Named", value: Any) -> None:
        if not self._is_written:
            raise AttributeError(f"{self._name} cannot be changed")
        item.change(**{self._name: value})


class Named:
    """A row with a name. Its fields, which its schema defines, are attributes."""

    __slots__ = ("_version", "resource", "school")
    kind: ClassVar[type[NamedItem]]

    def __init_subclass__(cls) -> None:
        if hasattr(cls, "kind"):
            fields = cls.kind.patch.__struct_fields__
            for name in stored(cls.kind.schema):
                if name != "id":
                    setattr(cls, name, Field(name, name in fields))

    def __init__(self, school: "School", resource: NamedItem) -> None:
        self.school = school
        self.resource = resource
        self._version = school.request.dbsession.version

    @property
    def id(self) -> int:
        return self.resource.key["key"]

    @property
    def label(self) -> str:
        return f"{type(self).__name__} {self.id}"

    @property
    def url(self) -> str:
        return self.resource.url

    @property
    def row(self) -> Any:
        """The row, which is read again after each write, commit and undo.

        :raises NotFound: if it was deleted.
        """
        version = self.school.request.dbsession.version
        if self._version != version:
            self.resource.row, self._version = None, version
        if not self.resource.exists():
            raise NotFound(f"there is no {self.label}")
        return self.resource.row

    def change(self, **values: Any) -> None:
        """Change fields.

        :raises ValueError: if a value is invalid.
        :raises NotFound: if the row was deleted.
        """
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.label == other.label

    def __hash__(self) -> int:
        return hash(self.label)

    def __repr__(self) -> str:
        try:
            return f"<{self.label} {self.row.name!r}>"
        except NotFound:
            return f"<{self.label}, deleted>"


NamedType = TypeVar("NamedType", bound=Named)


class NamedMapping(CollectionMapping[Key, NamedType], Generic[Key, NamedType]):
    """All rows of a type. ``item`` is the class of their objects."""

    __slots__ = ()
    resource: Any
    item: type[NamedType]

    def __getitem__(self, key: Any) -> NamedType:
        id = self.id(key)
        resource = self.resource.at(id)
        if not resource.exists():
            raise KeyError(id)
        return self.item(self.school, resource)

    def id(self, key: Any) -> int:
        """Return the id for a key or an item.

        :raises KeyError: if it is neither.
        """
        if isinstance(key, self.item):
            return key.id
        if not isinstance(key, int):
            name = self.label.lower()
            raise KeyError(f"{name} are found by id, not by {key!r}; use {name}.find for names")
        return parse_id(key)

    def row(self, key: Any) -> Any:
        """Return the row for a key or an item.

        :raises KeyError: if it is neither.
        :raises NotFound: if there is no such row.
        """
        return self.at(self.id(key)).row

    def pages(self, **chosen: str) -> Iterator[Sequence[NamedType]]:
        for rows in self._rows(expand="items", **chosen):
            yield [self.at(row.id, row) for row in rows]

    def at(self, id: int, row: Any = None) -> NamedType:
        """Return the object for an id, without reading the row."""
        return self.item(self.school, self.resource.at(id, row))

    def find(self, text: str, sort: str = "id") -> Found[NamedType]:
        """Return the rows whose names match the text, with the API's rules for ``q`` and ``sort``.

        :raises ValueError: if the text or the order is invalid.
        """
        return Found(item for page in self.pages(q=text, sort=sort) for item in page)
