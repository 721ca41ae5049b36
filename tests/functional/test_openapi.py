"""The OpenAPI document is valid, and describes exactly the views."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate
from pyramid.traversal import find_resource
from webtest import TestApp

from classroom.models.roles import Role
from classroom.request import Request
from classroom.resources.base import Collection, Resource
from classroom.resources.paths import path_templates

from ..support.application import engine_of
from ..support.document import document
from ..support.rows import insert_rows
from ..support.school import School

# The document depends on the mode of authentication, but not on the database.
pytestmark = pytest.mark.all_combinations

DOCUMENT = "/api/v1.0/openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(scope="module", params=["false", "true"], ids=["password", "token"])
def described(request: pytest.FixtureRequest) -> Any:
    """The document of each mode of authentication."""
    return json.loads(document(request.param))


@pytest.fixture
def described_here(testapp: TestApp) -> Any:
    """The document of the application of the test."""
    return testapp.get(DOCUMENT).json


def operations(described: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in described["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS & item.keys())


def test_the_document_is_openapi_3_1(described: Any) -> None:
    validate(described)
    assert described["openapi"].startswith("3.1.")


def test_operation_ids_are_unique(described: Any) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z]+([A-Z][a-z]*)+|[a-z]+API", name) for name in names)


def nodes(node: Any) -> Iterator[Any]:
    """Yield all objects of a document, except those in examples."""
    if isinstance(node, dict):
        yield node
        node = [child for name, child in node.items() if name not in ("example", "examples")]
    if isinstance(node, list):
        for child in node:
            yield from nodes(child)


def test_examples_match_their_schemas(described: Any) -> None:
    components = {"components": described["components"]}
    examples = [
        (node, example) for node in nodes(described) for example in node.get("examples", ())
    ]
    examples += [
        (node["schema"], node["example"]) for node in nodes(described) if "example" in node
    ]
    assert len(examples) > 20
    for schema, value in examples:
        jsonschema_rs.validate({**schema, **components}, value, validate_formats=True)


def test_every_response_has_its_own_example(described: Any) -> None:
    responses = [
        (path, method, status, media)
        for path, method, operation in operations(described)
        for status, response in operation["responses"].items()
        for media in resolve(described, response).get("content", {}).values()
    ]
    assert len(responses) > 100
    for path, method, status, media in responses:
        example = media["example"]
        assert "code" not in example or example["status"] == int(status), (path, method, status)


def resolve(described: Any, node: Any) -> Any:
    if "$ref" not in node:
        return node
    _, section, name = node["$ref"].removeprefix("#/").split("/")
    return described["components"][section][name]


def test_optional_parameters_have_no_examples(described: Any) -> None:
    parameters = described["components"]["parameters"].values()
    for node in parameters:
        assert ("example" in node) == node.get("required", False)
    listed = [
        resolve(described, parameter)["name"]
        for _, method, operation in operations(described)
        for parameter in operation["parameters"]
        if method == "get"
    ]
    assert "If-None-Match" in listed
    assert "If-Match" not in listed


def test_bodies_and_unions_are_components(described: Any) -> None:
    found = list(nodes(described))
    media = [media for node in found for media in node.get("content", {}).values()]
    assert len(media) > 50
    assert all(each["schema"].keys() == {"$ref"} for each in media)
    schemas = described["components"]["schemas"]
    for node in found:
        members = node.get("oneOf") or node.get("anyOf") or [{"type": "null"}]
        assert {"type": "null"} in members or node in schemas.values()
    properties = schemas["Registration"]["properties"]
    for field in properties["student"], properties["class"]:
        assert len(resolve(described, field)["oneOf"]) == 2


def test_schemas_are_open_and_numbers_and_arrays_bounded(described: Any) -> None:
    for node in nodes(described["components"]):
        assert "additionalProperties" not in node
        assert ("maxItems" in node) == (node.get("type") == "array")
    for node in nodes(described["components"]["schemas"]):
        assert (node.get("format") == "int64") == (node.get("type") == "integer")


def test_403_is_documented_exactly_if_a_reader_receives_it(
    school: School, described_here: Any
) -> None:
    insert_rows(engine_of(school.app), ["x"], ["x"], [(1, 1)])
    school.change_user(1, role="teacher")
    school.assign(1, 1)
    reader = school.client_with(Role.READER)
    for path, method, operation in operations(described_here):
        if path == "/auth/request-token":
            continue
        url = re.sub(r"{\w+}", "1", path)
        response = reader.request(url, method=method.upper(), expect_errors=True)
        assert ("403" in operation["responses"]) == (response.status_int == 403), (path, method)


def test_the_example_of_a_registration_is_valid_on_any_host(testapp: TestApp) -> None:
    insert_rows(engine_of(testapp.app), ["x"] * 7, ["x"] * 7, [])
    headers = {"Host": "school.example:8080"}
    paths = testapp.get(DOCUMENT, headers=headers).json["paths"]
    body = paths["/api/v1.0/registrations/"]["post"]["requestBody"]["content"]
    example = body["application/json"]["example"]
    testapp.post_json("/api/v1.0/registrations/", example, headers=headers, status=201)


def test_every_component_is_used(described: Any) -> None:
    used = {node["$ref"] for node in nodes(described) if "$ref" in node}
    there = {
        f"#/components/{section}/{name}"
        for section, components in described["components"].items()
        for name in components
        if section != "securitySchemes"
    }
    assert used == there


def test_links_have_the_parameters_of_their_operations(described: Any) -> None:
    taken = {
        operation["operationId"]: set(re.findall(r"{(\w+)}", path))
        for path, _, operation in operations(described)
    }
    links = [link for node in nodes(described) for link in node.get("links", {}).values()]
    assert links
    for link in links:
        assert taken[link["operationId"]] == link["parameters"].keys()


def allowed(app: Any, context: type[Resource]) -> set[str]:
    """Return the methods of the views of a class of resources, except OPTIONS."""
    views = [view["introspectable"] for view in app.registry.introspector.get_category("views")]
    named = {view["request_methods"] for view in views if view["context"] in context.__mro__}
    return named - {None, "OPTIONS"}


def asked_of(described: Any, operation: Any) -> set[str]:
    """Return the documented query parameters."""
    references = [node["$ref"].rpartition("/")[2] for node in operation.get("parameters", [])]
    nodes = [described["components"]["parameters"][name] for name in references]
    return {node["name"] for node in nodes if node["in"] == "query"}


def read_by(resource: Resource) -> set[str]:
    """Return the query parameters that a resource reads."""
    paging = {"page", "per_page", "after", "before"} if isinstance(resource, Collection) else set()
    return paging | {parameter.name for parameter in resource.query}


def test_the_document_has_the_operations_of_the_views(
    testapp: TestApp, described_here: Any
) -> None:
    """A view without documentation is an error, and so is documentation without a view."""
    insert_rows(engine_of(testapp.app), ["x"], ["x"], [(1, 1)])
    app = testapp.app
    school = School(app)
    school.change_user(1, role="teacher")
    school.assign(1, 1)
    request = Request.blank("/")
    request.registry = app.registry
    root = app.root_factory(request)
    documented: dict[type, set[str]] = {}
    for path, item in described_here["paths"].items():
        found = find_resource(root, re.sub(r"{\w+}", "1", path))
        assert request.resource_path(found) == re.sub(r"{\w+}", "1", path)
        documented[type(found)] = {method.upper() for method in item.keys() - {"parameters"}}
        assert asked_of(described_here, item["get"]) == read_by(found)
    request._process_finished_callbacks()
    # Pages for people have no schema.
    kinds = [kind for kind, _ in path_templates(type(root)) if hasattr(kind, "schema")]
    known = {kind: allowed(app, kind) for kind in kinds}
    assert documented == known


def test_the_document_needs_no_credentials(anonymous: TestApp, subtests: pytest.Subtests) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        with subtests.test(method=method):
            response = anonymous.request(DOCUMENT, method=method, status=200)
            assert response.content_type == "application/json"
            if method != "OPTIONS":
                tag = response.headers["ETag"]
                anonymous.get(DOCUMENT, headers={"If-None-Match": tag}, status=304)


def test_anonymous_writes_to_the_document_are_401(
    anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    writes = [(method, DOCUMENT) for method in ("POST", "PUT", "DELETE", "PATCH")]
    others = [f"{DOCUMENT}/", f"{DOCUMENT}/x", "/api/v1.0//openapi.json"]
    for method, path in (*writes, *(("GET", path) for path in others)):
        with subtests.test(method=method, path=path):
            anonymous.request(path, method=method, status=401)


def test_users_cannot_write_to_the_document(testapp: TestApp) -> None:
    testapp.post(DOCUMENT, status=405)
    testapp.get(f"{DOCUMENT}/", status=308)


def test_the_document_has_the_url_of_its_server(
    anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    for host in ("localhost", "school.example:8080", "[::1]:8080"):
        with subtests.test(host=host):
            response = anonymous.get(DOCUMENT, headers={"Host": host})
            assert response.json["servers"] == [{"url": f"http://{host}"}]
            assert set(re.findall("http://[^/ ]+/api", response.text)) == {f"http://{host}/api"}
    mounted = anonymous.get(DOCUMENT, extra_environ={"SCRIPT_NAME": "/my school"})
    assert mounted.json["servers"] == [{"url": "http://localhost/my%20school"}]


def test_tokens_are_documented_in_token_mode_only(testapp: TestApp, described_here: Any) -> None:
    uses_tokens = testapp.authorization[0] == "Bearer"
    assert ("/auth/request-token" in described_here["paths"]) == uses_tokens
    assert ("bearer" in described_here["components"]["securitySchemes"]) == uses_tokens
    assert ({"bearer": []} in described_here["security"]) == uses_tokens
