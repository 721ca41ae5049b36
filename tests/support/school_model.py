"""A model of students, classes and registrations, and random operations on both."""

from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Engine
from webtest import TestApp

from classroom.models.folding import fold, word_prefixes
from classroom.models.names import is_name

from .application import API
from .pages import pages

KINDS = st.sampled_from(["students", "classes"])
CHARACTERS = st.characters(exclude_categories=["Cc", "Cs"])
NAMES = st.text(CHARACTERS, min_size=1, max_size=64).filter(is_name)
# Few, so that most operations are on an item that exists.
IDS = st.integers(1, 6)
CHANGES = st.sampled_from(["PUT", "PATCH"])
# Rows that are created at the same time are ordered by id.
ORDERS = st.sampled_from(["id", "-id", "name", "-name", "created_at", "-created_at"])
SIZES = st.integers(1, 4)

TABLES = ("registrations", "teachers", "students", "classes", "users")
# By how much the counts that triggers maintain differ from the numbers of rows.
COUNT_ERRORS = "SELECT " + ", ".join(
    f"(SELECT coalesce(sum(number), 0) FROM counts WHERE counted = '{table}')"
    f" - (SELECT count(*) FROM {table})"
    for table in TABLES
    if table != "teachers"
)
# The user 1 is the client, and remains.
RESTART_IDS = {
    "sqlite": [
        "DELETE FROM sqlite_sequence WHERE name != 'users'",
        "UPDATE sqlite_sequence SET seq = 1",
    ],
    "postgresql": [
        "ALTER SEQUENCE students_id_seq RESTART",
        "ALTER SEQUENCE classes_id_seq RESTART",
        "ALTER SEQUENCE users_id_seq RESTART WITH 2",
    ],
}


def holds(name: str, words: list[str]) -> bool:
    """Return whether each of the words is the prefix of a word of a name."""
    return all(any(word.startswith(begin) for word in fold(name).split()) for begin in words)


class SchoolModel(RuleBasedStateMachine):
    """The service, and the model of its rows."""

    client: TestApp
    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, dict[int, str]] = {"students": {}, "classes": {}}
        self.last = {"students": 0, "classes": 0}
        self.pairs: set[tuple[int, int]] = set()
        self.tags: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        send = self.client.request
        if body is not None:
            headers["Content-Type"] = "application/json"
            return getattr(self.client, f"{method.lower()}_json")(
                path, body, headers=headers, status="*"
            )
        return send(path, method=method, headers=headers, status="*")

    @rule(kind=KINDS, name=NAMES)
    def create(self, kind: str, name: str) -> None:
        response = self.ask("POST", f"/api/v1.0/{kind}/", {"name": name})
        self.last[kind] += 1
        self.names[kind][self.last[kind]] = name
        assert response.status_int == 201
        assert response.headers["Location"] == f"{API}{kind}/{self.last[kind]}"

    @rule(kind=KINDS, id=IDS)
    def read(self, kind: str, id: int) -> None:
        path = f"/api/v1.0/{kind}/{id}"
        response = self.ask("GET", path)
        if id not in self.names[kind]:
            assert response.status_int == 404
        else:
            assert response.json["name"] == self.names[kind][id]
            self.tags[path] = response.headers["ETag"]
            assert self.ask("GET", path, If_None_Match=self.tags[path]).status_int == 304

    @rule(kind=KINDS, id=IDS, name=NAMES, conditional=st.booleans(), method=CHANGES)
    def replace(self, kind: str, id: int, name: str, conditional: bool, method: str) -> None:
        path = f"/api/v1.0/{kind}/{id}"
        status, headers = self.expect(path, id in self.names[kind], conditional)
        assert self.ask(method, path, {"name": name}, **headers).status_int == status
        if status == 200:
            self.names[kind][id] = name

    @rule(kind=KINDS, id=IDS, conditional=st.booleans())
    def delete(self, kind: str, id: int, conditional: bool) -> None:
        path = f"/api/v1.0/{kind}/{id}"
        status, headers = self.expect(path, id in self.names[kind], conditional)
        assert self.ask("DELETE", path, **headers).status_int == status
        if status == 200:
            del self.names[kind][id]
            place = ("students", "classes").index(kind)
            self.pairs = {pair for pair in self.pairs if pair[place] != id}

    def expect(self, path: str, there: bool, conditional: bool) -> tuple[int, dict[str, str]]:
        """Return the status and headers of a write, conditional on the last known tag."""
        if not conditional:
            return (200 if there else 404), {}
        tag = self.tags.get(path, '"never-seen"')
        current = self.ask("GET", path).headers.get("ETag")
        return (200 if there and tag == current else 412), {"If_Match": tag}

    @rule(student=IDS, class_=IDS)
    def register(self, student: int, class_: int) -> None:
        body = {"student": f"{API}students/{student}", "class": f"{API}classes/{class_}"}
        response = self.ask("POST", "/api/v1.0/registrations/", body)
        if student not in self.names["students"] or class_ not in self.names["classes"]:
            assert response.status_int == 400
        elif (student, class_) in self.pairs:
            assert response.status_int == 409
        else:
            assert response.status_int == 201
            assert response.headers["Location"] == f"{API}registrations/{student}/{class_}"
            self.pairs.add((student, class_))

    @rule(student=IDS, class_=IDS)
    def put(self, student: int, class_: int) -> None:
        response = self.ask("PUT", f"/api/v1.0/registrations/{student}/{class_}")
        if student not in self.names["students"] or class_ not in self.names["classes"]:
            assert response.status_int == 404
        else:
            assert response.status_int == (200 if (student, class_) in self.pairs else 201)
            self.pairs.add((student, class_))

    @rule(student=IDS, class_=IDS)
    def end(self, student: int, class_: int) -> None:
        response = self.ask("DELETE", f"/api/v1.0/registrations/{student}/{class_}")
        assert response.status_int == (200 if (student, class_) in self.pairs else 404)
        self.pairs.discard((student, class_))

    @rule(kind=KINDS, id=IDS, size=SIZES)
    def list_registrations(self, kind: str, id: int, size: int) -> None:
        path = f"/api/v1.0/{kind}/{id}/registrations/"
        if id not in self.names[kind]:
            assert self.ask("GET", path).status_int == 404
        else:
            place = ("students", "classes").index(kind)
            pairs = sorted(pair for pair in self.pairs if pair[place] == id)
            self.walk(path, size, [f"registrations/{s}/{c}" for s, c in pairs])

    @rule(size=SIZES)
    def list_all(self, size: int) -> None:
        for kind, names in self.names.items():
            self.walk(f"/api/v1.0/{kind}/", size, [f"{kind}/{id}" for id in sorted(names)])
        pairs = [f"registrations/{s}/{c}" for s, c in sorted(self.pairs)]
        self.walk("/api/v1.0/registrations/", size, pairs)

    @rule(kind=KINDS, sort=ORDERS, size=SIZES)
    def sort(self, kind: str, sort: str, size: int) -> None:
        names = self.names[kind]
        ids = sorted(names, key=lambda id: (fold(names[id]), id) if "name" in sort else id)
        ids = ids[::-1] if sort.startswith("-") else ids
        self.walk(f"/api/v1.0/{kind}/?sort={sort}", size, [f"{kind}/{id}" for id in ids])

    @rule(kind=KINDS, q=NAMES, size=SIZES)
    def search(self, kind: str, q: str, size: int) -> None:
        words = word_prefixes(q[:2])
        if words and is_name(q[:2]):
            ids = [id for id, name in sorted(self.names[kind].items()) if holds(name, words)]
            path = f"/api/v1.0/{kind}/?q={quote(q[:2])}"
            self.walk(path, size, [f"{kind}/{id}" for id in ids])

    def walk(self, path: str, size: int, expected: list[str]) -> None:
        url, seen = f"{path}{'&' if '?' in path else '?'}per_page={size}", []
        for page, response in enumerate(pages(self.client, url), 1):
            assert response["meta"]["total"] == len(expected)
            assert response["meta"]["pages"] == -(-len(expected) // size)
            assert response["meta"]["page"] == page
            seen += response["urls"]
        assert seen == [f"{API}{item}" for item in expected]

    @invariant()
    def counts_are_exact(self) -> None:
        with self.engine.connect() as connection:
            assert set(connection.exec_driver_sql(COUNT_ERRORS).one()) == {0}

    def teardown(self) -> None:
        with self.engine.begin() as connection:
            for table in TABLES:
                condition = " WHERE id > 1" if table == "users" else ""
                connection.exec_driver_sql(f"DELETE FROM {table}{condition}")
            for statement in RESTART_IDS[self.engine.dialect.name]:
                connection.exec_driver_sql(statement)
