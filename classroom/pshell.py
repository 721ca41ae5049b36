"""Set up the shell: ``pshell development.ini`` provides the objects of ``classroom.shell``."""

from collections.abc import Iterator
from typing import Any

from .shell.namespace import namespace

_BANNER = """
students[7]                         one student by id; KeyError if not found
list(students)                      the ids: iteration yields keys, as in a dict
list(students.values())             the students; a loop reads page by page
students.find("garcia")             search names as the API does; returns a list
students[7].name = "Robert"         change a field
students.add("David")               create
del students[7]                     delete, with all registrations
students[7].register(classes[3])    or unregister
students[7].classes                 a mapping too, as is classes[3].students
users.add("eve", "correct horse")   a registrar, unless you give another role
users["eve"].role = "reader"        or teacher, registrar, admin
users["eve"].password = "new words" a new password, which cannot be read
classes[3].assign(users["eve"])     or unassign; see classes[3].teachers
permits("eve", "create", students)  why a user may do something, or not
commit() or undo()                  keep or roll back all changes

From the first change to commit() or undo(), other writers wait: all of them on
SQLite, those of the same rows on PostgreSQL. The service answers with 503 after
9 or 1.5 seconds. Leaving the shell rolls back uncommitted changes.
"""


def setup(env: dict[str, Any]) -> Iterator[None]:
    """Add the objects of the shell to its namespace."""
    with namespace(env) as names:
        env.update(names)
        print(_BANNER)
        try:
            yield
        finally:
            if names["dbsession"].is_writing:
                print("Uncommitted changes are rolled back.")
