"""Set up the shell: ``pshell development.ini`` has the objects of ``classroom.shell``."""

from collections.abc import Iterator
from typing import Any

from .shell.namespace import namespace

_BANNER = """
students[7]                             one student; KeyError if there is none
students[7].name = "Robert"             change a field
students.find("garcia")                 search names as the API does
students.add("David"); del students[7]  create; delete, with all registrations
for student in students.values(): ...   read page by page; also keys(), items(), len(), in
students[7].register(classes[3])        or unregister; see classes[3].students, students[7].classes
users.add("eve", "correct horse", "teacher"); users["eve"].password = "battery staple"
classes[3].assign(users["eve"])         or unassign; see classes[3].teachers, users["eve"].classes
permits("eve", "register", classes[3])  why a user may do something, or not
commit() or undo()                      keep or roll back all changes since the last commit

From the first change to commit() or undo(), other writers wait: all of them on SQLite, those of
the same rows on PostgreSQL. The service answers them with 503 after 1.5 to 3 seconds. Leaving the
shell rolls back uncommitted changes.
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
