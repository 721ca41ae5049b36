"""Records: the base classes of students and classes, which differ by data only."""

from typing import ClassVar

from ..schemas.base import Input
from ..schemas.named import input_of, patch_of
from .named import NamedCollection, NamedItem


class Record(NamedItem):
    """A student or a class: clients write all of its fields."""

    input: ClassVar[type[Input]]
    """What PUT takes."""
    patch: ClassVar[type[Input]]
    """What PATCH takes."""

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
