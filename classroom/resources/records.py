"""Records: the base classes of students and classes, which differ only by data."""

from typing import ClassVar

from ..schemas.base import Input
from ..schemas.named import input_of, patch_of
from .named import NamedCollection, NamedItem


class Record(NamedItem):
    """A student or a class, all of whose fields clients write."""

    input: ClassVar[type[Input]]
    """The body of PUT."""
    patch: ClassVar[type[Input]]
    """The body of PATCH."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.input = input_of(cls.schema)
        cls.patch = patch_of(cls.schema)


class Records(NamedCollection):
    """The students or the classes."""

    item: ClassVar[type[Record]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.input = cls.item.input
