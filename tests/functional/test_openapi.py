"""The OpenAPI document: sound in itself, and neither more nor less than the views."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate
from pyramid.traversal import find_resource
from webtest import TestApp

from classroom.request import Request
from classroom.resources.base import Collection, Resource
from classroom.resources.paths import path_templates

from ..conftest import API
from ..support.school import School

# It depends on the mode of authentication, and not on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DOCUMENT = "/api/v1.0/openapi.json"
METHODS = {"get", "head", "options", "post", "put", "patch", "delete"}


@pytest.fixture
def described(testapp: TestApp) -> Any:
    return testapp.get(DOCUMENT).json


def operations(described: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in described["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS & item.keys())


def test_it_is_openapi_3_1(described: Any) -> None:
    validate(described)
    assert described["openapi"].startswith("3.1.")


def test_every_operation_has_a_name_of_its_own(described: Any) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z]+([A-Z][a-z]*)+|[a-z]+API", name) for name in names)


def nodes(node: Any) -> Iterator[Any]:
    """All objects in a document, but not those within examples."""
    if isinstance(node, dict):
        yield node
        node = [child for name, child in node.items() if name not in ("example", "examples")]
    if isinstance(node, list):
        for child in node:
            yield from nodes(child)


def test_every_example_is_one(described: Any) -> None:
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


def test_every_component_is_used_but_what_is_answered_beside_the_operations(
    described: Any,
) -> None:
    used = {node["$ref"] for node in nodes(described) if "$ref" in node}
    there = {
        f"#/components/{section}/{name}"
        for section, components in described["components"].items()
        for name in components
        if section != "securitySchemes"
    }
    beside = {"308", "405", "409", "413", "415", "415-PATCH"}
    unused = {f"#/components/responses/{status.removesuffix('-HEAD')}" for status in there - used}
    assert used <= there
    assert {name.rsplit("/", 1)[1] for name in unused} <= beside


def test_every_link_leads_to_an_operation_and_says_which_thing_it_is_about(described: Any) -> None:
    taken = {
        operation["operationId"]: set(re.findall(r"{(\w+)}", path))
        for path, _, operation in operations(described)
    }
    links = [link for node in nodes(described) for link in node.get("links", {}).values()]
    assert links
    for link in links:
        assert taken[link["operationId"]] == link["parameters"].keys()


def allowed(app: Any, context: type[Resource]) -> set[str]:
    """The methods of the views that Pyramid knows for a class, and those that come with them."""
    views = [view["introspectable"] for view in app.registry.introspector.get_category("views")]
    named = {view["request_methods"] for view in views if view["context"] in context.__mro__}
    return {*named, "HEAD", "OPTIONS"} - {None}


def asked_of(described: Any, operation: Any) -> set[str]:
    """The documented parameters of a query."""
    references = [node["$ref"].rpartition("/")[2] for node in operation.get("parameters", [])]
    nodes = [described["components"]["parameters"][name] for name in references]
    return {node["name"] for node in nodes if node["in"] == "query"}


def read_by(resource: Resource) -> set[str]:
    """The parameters of a query that a resource reads."""
    paging = {"page", "per_page", "after", "before"} if isinstance(resource, Collection) else set()
    return paging | {parameter.name for parameter in resource.query}


def test_it_has_the_paths_and_methods_that_the_views_have(testapp: TestApp, described: Any) -> None:
    """Both ways: a view without documentation fails here, and documentation without a view."""
    for kind in ("students", "classes"):
        testapp.post_json(f"/api/v1.0/{kind}/", {"name": "x"})
    fields = {"student": f"{API}students/1", "class": f"{API}classes/1"}
    testapp.post_json("/api/v1.0/registrations/", fields)
    app = testapp.app
    school = School(app)
    school.change_user(1, role="teacher")
    school.assign(1, 1)
    request = Request.blank("/")
    request.registry = app.registry
    root = app.root_factory(request)
    documented: dict[type, set[str]] = {}
    for path, item in described["paths"].items():
        found = find_resource(root, re.sub(r"{\w+}", "1", path))
        assert request.resource_path(found) == re.sub(r"{\w+}", "1", path)
        documented[type(found)] = {method.upper() for method in METHODS & item.keys()}
        assert asked_of(described, item["get"]) == read_by(found)
    request._process_finished_callbacks()
    known = {kind: allowed(app, kind) for kind, _ in path_templates(type(root))}
    assert documented == known


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_it_is_there_for_strangers(stranger: TestApp, method: str) -> None:
    answer = stranger.request(DOCUMENT, method=method, status=200)
    assert answer.content_type == "application/json"
    if method != "OPTIONS":
        stranger.get(DOCUMENT, headers={"If-None-Match": answer.headers["ETag"]}, status=304)


def test_strangers_may_but_read_it(stranger: TestApp) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        stranger.request(DOCUMENT, method=method, status=401)
    for path in (f"{DOCUMENT}/", f"{DOCUMENT}/x", "/api/v1.0//openapi.json"):
        stranger.get(path, status=401)


def test_others_are_told_that_it_is_but_read(testapp: TestApp) -> None:
    testapp.post(DOCUMENT, status=405)
    testapp.get(f"{DOCUMENT}/", status=308)


def test_it_says_where_the_client_found_it(stranger: TestApp) -> None:
    for host in ("localhost", "school.example:8080"):
        answer = stranger.get(DOCUMENT, headers={"Host": host})
        assert answer.json["servers"] == [{"url": f"http://{host}"}]
    mounted = stranger.get(DOCUMENT, extra_environ={"SCRIPT_NAME": "/my school"})
    assert mounted.json["servers"] == [{"url": "http://localhost/my%20school"}]


def test_it_tells_of_tokens_where_they_are_in_use(testapp: TestApp, described: Any) -> None:
    uses_tokens = testapp.authorization[0] == "Bearer"
    assert ("/auth/request-token" in described["paths"]) == uses_tokens
    assert ("bearer" in described["components"]["securitySchemes"]) == uses_tokens
    assert ({"bearer": []} in described["security"]) == uses_tokens
