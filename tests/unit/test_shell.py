"""The shell's objects for a type that has no module in classroom/shell."""

import pytest

from classroom.resources import tree
from classroom.shell.school import define_mapping


def test_a_new_type_has_its_fields_and_no_others() -> None:
    mapping = define_mapping(tree.Classes)
    assert (mapping.__name__, mapping.__doc__) == ("Classes", "All classes by id.")
    item = mapping.item.__new__(mapping.item)
    assert {"name", "id", "url"} <= set(dir(item))
    with pytest.raises(AttributeError):
        item.nmae = "Anne"
