"""What the parts of the document speak of."""

from typing import Any, NamedTuple

Node = dict[str, Any]
"""A part of the document: an object as JSON has it."""

API = "/api/v1.0/"
HERE = f"http://localhost:6543{API}"
"""Where the examples are."""


class Kind(NamedTuple):
    """Students or classes, which differ by their names alone."""

    name: str
    plural: str

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def words(self) -> str:
        return self.plural.lower()

    @property
    def path(self) -> str:
        return f"{API}{self.words}/"

    @property
    def example(self) -> Node:
        """One of the kind, as its URL gives it."""
        url = f"{HERE}{self.words}/7"
        name = {"Student": "david", "Class": "algebra"}[self.name]
        return {"url": url, "name": name, "registrations": f"{url}/registrations/"}


STUDENT = Kind("Student", "Students")
CLASS = Kind("Class", "Classes")
KINDS = (STUDENT, CLASS)


def ref(section: str, name: str) -> Node:
    """A reference to a component."""
    return {"$ref": f"#/components/{section}/{name}"}


def schema(name: str) -> Node:
    return ref("schemas", name)
