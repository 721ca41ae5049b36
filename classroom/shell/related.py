"""The rows that belong to another one, such as the students of a class."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..resources.base import Collection, Item
from .mappings import CollectionMapping, Key
from .named import Named, NamedMapping, NamedType


class Related(CollectionMapping[Key, NamedType]):
    """Some rows of another mapping, by the same keys. It cannot be written to.

    :param home: the mapping of all rows of this type.
    :param link: takes the id of a row, and returns a resource that exists only if the row is one of
        these.
    :param field: the field of the API's representations that contains the row, if it is not the
        whole representation.
    """

    __slots__ = ("_field", "_home", "_link", "_owner")

    def __init__(
        self,
        owner: Named,
        resource: Collection,
        home: NamedMapping[Key, NamedType],
        link: Callable[[int], Item],
        field: str = "",
    ) -> None:
        super().__init__(owner.school, resource)
        self._owner, self._home, self._link, self._field = owner, home, link, field

    def __getitem__(self, key: Any) -> NamedType:
        item = self._home[key]
        if not self._link(item.id).exists():
            raise KeyError(key)
        return item

    def key(self, item: NamedType) -> Key:
        return self._home.key(item)

    def pages(self, **chosen: str) -> Iterator[Sequence[NamedType]]:
        expand = self._field.rstrip("_") or "items"
        for rows in self._rows(expand=expand, **chosen):
            yield [self._item(each) for each in self.resource.represent(rows, {expand})]

    def _item(self, representation: Any) -> NamedType:
        row = getattr(representation, self._field) if self._field else representation
        return self._home.at(self._home.resource.find(row.url).key["key"], row)

    @property
    def label(self) -> str:
        return f"{self._home.label} of {self._owner.label}"
