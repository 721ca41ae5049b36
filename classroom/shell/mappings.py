"""The base of the shell's mappings: the rows of a collection, read page by page."""

from abc import abstractmethod
from collections.abc import ItemsView, Iterator, Mapping, Sequence, ValuesView
from itertools import chain, islice
from reprlib import Repr
from typing import TYPE_CHECKING, Any, TypeVar

from ..db.slices import Slice
from ..http import query
from ..resources.base import Collection

if TYPE_CHECKING:
    from .school import School

Key = TypeVar("Key")
Item = TypeVar("Item")

_PAGE = 200  # rows per statement
_abbreviate = Repr()
_abbreviate.maxlist, _abbreviate.maxother = 20, 200


class Found(list[Item]):
    """A list that prints its first items only."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _abbreviate.repr_list(self, 1)


class CollectionMapping(Mapping[Key, Item]):
    """The items of a collection by their keys.

    A row that exists during the whole iteration is returned exactly once.
    """

    __slots__ = ("resource", "school")

    def __init__(self, school: "School", resource: Collection) -> None:
        self.school = school
        self.resource = resource

    @abstractmethod
    def key(self, item: Item) -> Key:
        """Return the key of an item."""

    @abstractmethod
    def pages(self, **chosen: str) -> Iterator[Sequence[Item]]:
        """Yield the items page by page.

        :param chosen: query parameters of the collection in the API.
        """

    def __iter__(self) -> Iterator[Key]:
        return map(self.key, self.values())

    def values(self) -> "_Values[Item]":
        return _Values(self)

    def items(self) -> "_Items[Key, Item]":
        return _Items(self)

    def __len__(self) -> int:
        statements, scope = self._select()
        return self.school.request.total(statements.total, scope)

    @property
    def label(self) -> str:
        return type(self.resource).__name__

    def __repr__(self) -> str:
        return f"<{self.label}: {len(self):,}>"

    def _rows(self, **chosen: str) -> Iterator[Sequence[Any]]:
        """Yield the rows page by page, as the links of the API do."""
        (statements, scope), key = self._select(**chosen), None
        while True:
            rows = self.school.request.rows(*statements.slice(Slice(_PAGE, key=key), scope))
            yield rows
            if len(rows) < _PAGE:
                return
            key = statements.key(rows[-1])

    def _select(self, **chosen: str) -> Any:
        for name, value in chosen.items():
            if not isinstance(value, str):
                raise ValueError(f"{name}: must be a string")
        values = {name: [value] for name, value in chosen.items()}
        parameters = query.read(lambda name: values.get(name, ()), self.resource.query)
        return self.resource.select(parameters)


class _Values(ValuesView[Item]):
    __slots__ = ()
    _mapping: CollectionMapping[Any, Item]

    def __iter__(self) -> Iterator[Item]:
        return chain.from_iterable(self._mapping.pages())

    def __repr__(self) -> str:
        # One row more than Found prints, so that it shows whether there are more.
        return repr(Found(islice(self, _abbreviate.maxlist + 1)))


class _Items(ItemsView[Key, Item]):
    __slots__ = ()
    _mapping: CollectionMapping[Key, Item]

    def __iter__(self) -> Iterator[tuple[Key, Item]]:
        return ((self._mapping.key(item), item) for item in self._mapping.values())
