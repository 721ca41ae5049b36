"""The paths, and at each the operations that it has."""

from collections.abc import Mapping

from .operations import change, create, delete, put, read, replace, resource
from .parameters import PAGE, SEARCH
from .terms import API, CLASS, STUDENT, Kind, Node, ref

_REGISTRATIONS = f"{API}registrations/"
_WHAT_IS_THERE = ("get", "replace", "change", "delete", "listRegistrationsOf")


def paths(use_token_auth: bool) -> Node:
    """The path items by their paths."""
    return {
        **_entries(),
        **_named_collection(STUDENT),
        **_named_item(STUDENT),
        **_named_collection(CLASS),
        **_named_item(CLASS),
        **_registrations(),
        **(_token() if use_token_auth else {}),
    }


def _entries() -> Node:
    root = read("getRoot", "Where the API is", "Root", headers=("Link",), is_sure=True)
    api = read("getAPI", "Where the collections are", "API", headers=("Link",), is_sure=True)
    document = read("getDocument", "This document", "Document", is_sure=True)
    return {
        **resource("/", "Root", "entry", root, security=[]),
        **resource(API, "API", "entry", api),
        **resource(f"{API}openapi.json", "Document", "entry", document, security=[]),
    }


def _token() -> Node:
    get = read("getToken", "A token, for a user name and its password", "Token", is_sure=True)
    return resource("/auth/request-token", "Token", "entry", get, security=[{"basic": []}])


def _named_collection(kind: Kind) -> Node:
    id = f"$response.header.Location#regex:/{kind.words}/([0-9]+)$"
    links = _links(kind, _WHAT_IS_THERE, id=id)
    page = (f"list{kind.plural}", f"A page of the {kind.words}", f"{kind.name}Page")
    get = read(*page, (*PAGE, *SEARCH, "ItemsExpansion"), ("Link",))
    post = create(f"create{kind.name}", f"Add a {kind.word}", "Named", kind.name, links)
    return resource(kind.path, kind.plural, kind.words, get, {"post": post})


def _named_item(kind: Kind) -> Node:
    name, a, path = kind.name, f"a {kind.word}", f"{kind.path}{{id}}"
    links = _links(kind, _WHAT_IS_THERE[1:], id="$request.path.id")
    item = resource(
        path,
        name,
        kind.words,
        read(f"get{name}", f"Read {a}", name, links=links),
        {
            "put": replace(f"replace{name}", f"Replace {a}", "Named", name),
            "patch": change(f"change{name}", f"Change {a} in part", "Change", name),
            "delete": delete(f"delete{name}", f"Remove {a}, with its registrations"),
        },
    )
    of = f"RegistrationsOf{name}"
    return item | _registration_page(f"{path}/registrations/", of, f"of {a}")


def _registrations() -> Node:
    post = create(
        "createRegistration", "Register a student for a class", "Pair", "Registration", _made()
    )
    post["responses"]["409"] = ref("responses", "409")
    item = resource(
        f"{_REGISTRATIONS}{{student_id}}/{{class_id}}",
        "Registration",
        "registrations",
        read("getRegistration", "Read a registration", "Registration", ("RegistrationExpansion",)),
        {
            "put": put(
                "putRegistration", "Register a student, unless it is", "Registration", _made()
            ),
            "delete": delete("deleteRegistration", "End a registration"),
        },
    )
    return _registration_page(_REGISTRATIONS, "Registrations", "of all", {"post": post}) | item


def _registration_page(path: str, noun: str, whose: str, others: Mapping[str, Node] = {}) -> Node:
    page = (f"list{noun}", f"A page of the registrations {whose}", "RegistrationPage")
    get = read(*page, (*PAGE, "RegistrationsExpansion"), ("Link",))
    return resource(path, noun, "registrations", get, others)


def _made() -> Node:
    """What may be done next with a registration."""
    where = "$response.header.Location#regex:/registrations/"
    parameters = {"student_id": f"{where}([0-9]+)/", "class_id": f"{where}[0-9]+/([0-9]+)$"}
    operations = ("getRegistration", "putRegistration", "deleteRegistration")
    return {id: {"operationId": id, "parameters": parameters} for id in operations}


def _links(kind: Kind, verbs: tuple[str, ...], **parameters: str) -> Node:
    """What may be done next with a student or a class."""
    ids = [f"{verb}{kind.name}" for verb in verbs]
    return {id: {"operationId": id, "parameters": parameters} for id in ids}
