"""Records: the base classes of students and classes, which differ only by data."""

from typing import ClassVar

from .. import models
from ..http import query
from ..http.filters import SOURCE_ID, UPDATED_SINCE
from ..schemas.base import Input
from ..schemas.records import RecordSchema, input_of, patch_of
from .named import NamedCollection, NamedItem


class Record(NamedItem):
    """A student or a class."""

    model: ClassVar[type[models.Record]]
    schema: ClassVar[type[RecordSchema]]
    input: ClassVar[type[Input]]
    """The body of PUT."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.input = input_of(cls.schema)
        cls.patch = patch_of(cls.schema)


class Records(NamedCollection):
    """The students or the classes."""

    filters = (SOURCE_ID, UPDATED_SINCE)
    query = (query.Q, query.SORT, *filters, query.EXPAND_ITEMS)
    item: ClassVar[type[Record]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.input = cls.item.input
