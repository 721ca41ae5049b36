"""A model of users, roles and the teachers of classes, in addition to the rest of a school."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from classroom.models.roles import Role

from .application import API, client_of
from .school_model import IDS, SIZES, SchoolModel
from .users import NAME, PASSWORD

ROLES = st.sampled_from([role.value for role in Role])
# Only a few names, so that some are already in use.
USER_NAMES = st.sampled_from([NAME, "Ana", "ana", "Bob", "smith"])
USERS = "/api/v1.0/users/"


class UserModel(SchoolModel):
    """The client of the model is the user 1, who remains an admin."""

    def __init__(self) -> None:
        super().__init__()
        self.users = {1: (NAME, "admin")}
        self.last_user = 1
        self.assignments: set[tuple[int, int]] = set()

    def teaches(self, class_: int, user: int) -> bool:
        is_current = class_ in self.names["classes"] and user in self.users
        return is_current and (class_, user) in self.assignments

    def is_last_admin(self, user: int) -> bool:
        admins = [id for id, (_, role) in self.users.items() if role == "admin"]
        return admins == [user]

    def owner(self, name: str) -> int | None:
        return next((id for id, (used, _) in self.users.items() if used == name), None)

    def ask_as(self, user: int, method: str, path: str) -> int:
        client = client_of(self.client.app, self.users[user][0])
        return client.request(f"/api/v1.0/{path}", method=method, status="*").status_int

    @rule(name=USER_NAMES, role=ROLES)
    def add_user(self, name: str, role: str) -> None:
        owner = self.owner(name)
        response = self.ask("POST", USERS, {"name": name, "password": PASSWORD, "role": role})
        assert response.status_int == (201 if owner is None else 409)
        id = int(response.headers["Location"].removeprefix(f"{API}users/"))
        if owner is None:
            # On PostgreSQL, attempts that returned 409 have used up ids too.
            assert id > self.last_user
            self.users[id] = name, role
            self.last_user = id
        else:
            assert id == owner

    @rule(user=IDS, role=ROLES)
    def change_role(self, user: int, role: str) -> None:
        is_refused = self.is_last_admin(user) and role != "admin"
        if user == 1 and not is_refused:
            return
        response = self.ask("PATCH", f"{USERS}{user}", {"role": role})
        if user not in self.users:
            assert response.status_int == 404
        elif is_refused:
            assert response.status_int == 409
        else:
            assert response.status_int == 200
            self.users[user] = self.users[user][0], role
            if role != "teacher":
                self.assignments = {each for each in self.assignments if each[1] != user}

    @rule(user=st.integers(2, 6), name=USER_NAMES)
    def rename(self, user: int, name: str) -> None:
        response = self.ask("PATCH", f"{USERS}{user}", {"name": name})
        if user not in self.users:
            assert response.status_int == 404
        elif self.owner(name) not in (None, user):
            assert response.status_int == 409
        else:
            assert response.status_int == 200
            self.users[user] = name, self.users[user][1]

    @rule(user=IDS)
    def remove_user(self, user: int) -> None:
        if user == 1 and not self.is_last_admin(user):
            return
        status = self.ask("DELETE", f"{USERS}{user}").status_int
        assert status == (409 if user == 1 else 200 if user in self.users else 404)
        if status == 200:
            del self.users[user]

    def expected_of_assignment(self, class_: int, user: int | None) -> int:
        """Return the status of the first assignment or, if it exists, of a repeated PUT."""
        if class_ not in self.names["classes"] or user not in self.users:
            return 404
        if self.users[user][1] != "teacher":
            return 409
        return 200 if self.teaches(class_, user) else 201

    @rule(class_=IDS, user=IDS)
    def assign(self, class_: int, user: int) -> None:
        expected = self.expected_of_assignment(class_, user)
        path = f"/api/v1.0/classes/{class_}/teachers/{user}"
        assert self.ask("PUT", path).status_int == expected
        if expected == 201:
            self.assignments.add((class_, user))

    @rule(class_=IDS, name=USER_NAMES)
    def assign_by_name(self, class_: int, name: str) -> None:
        user = self.owner(name)
        expected = self.expected_of_assignment(class_, user)
        if class_ in self.names["classes"]:
            expected = {200: 409, 404: 400}.get(expected, expected)
        response = self.ask("POST", f"/api/v1.0/classes/{class_}/teachers/", {"name": name})
        assert response.status_int == expected
        if expected == 201 and user:
            self.assignments.add((class_, user))

    @rule(class_=IDS, user=IDS)
    def unassign(self, class_: int, user: int) -> None:
        status = self.ask("DELETE", f"/api/v1.0/classes/{class_}/teachers/{user}").status_int
        assert status == (200 if self.teaches(class_, user) else 404)
        self.assignments.discard((class_, user))

    @rule(student=IDS, class_=IDS, data=st.data())
    def register_as_somebody(self, student: int, class_: int, data: Any) -> None:
        user = data.draw(st.sampled_from(sorted(self.users)))
        status = self.ask_as(user, "PUT", f"registrations/{student}/{class_}")
        role = self.users[user][1]
        if student not in self.names["students"] or class_ not in self.names["classes"]:
            assert status == 404
        elif role in ("admin", "registrar") or self.teaches(class_, user):
            assert status == (200 if (student, class_) in self.pairs else 201)
            self.pairs.add((student, class_))
        else:
            assert status == 403

    @rule(other=IDS, data=st.data())
    def read_a_user_as_somebody(self, other: int, data: Any) -> None:
        user = data.draw(st.sampled_from(sorted(self.users)))
        is_admin = self.users[user][1] == "admin"
        expected = 200 if other in self.users else 404
        status = self.ask_as(user, "GET", f"users/{other}")
        assert status == (expected if is_admin or user == other else 403)

    @rule(size=SIZES, role=ROLES)
    def list_users(self, size: int, role: str) -> None:
        self.walk(USERS, size, [f"users/{id}" for id in sorted(self.users)])

    @rule(id=IDS, size=SIZES)
    def list_assignments(self, id: int, size: int) -> None:
        users = [user for user in sorted(self.users) if self.teaches(id, user)]
        classes = [class_ for class_ in range(1, 7) if self.teaches(class_, id)]
        if id in self.names["classes"]:
            path = f"/api/v1.0/classes/{id}/teachers/"
            self.walk(path, size, [f"users/{user}" for user in users])
        if id in self.users:
            self.walk(f"{USERS}{id}/classes/", size, [f"classes/{each}" for each in classes])
