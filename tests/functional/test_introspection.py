"""The application in Pyramid's own tools and introspector."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from pyramid.scripts.ptweens import PTweensCommand
from pyramid.scripts.pviews import PViewsCommand
from sqlalchemy import Engine

from classroom import views
from classroom.resources.base import Resource
from classroom.resources.tree import V1

from ..support.application import client_of, open_application
from ..support.commands import introspect
from ..support.rows import insert_rows


@pytest.fixture
def ini(app_ini: Path, dbengine: Engine) -> str:
    """development.ini with a database that has one student."""
    insert_rows(dbengine, ["david"])
    return str(app_ini)


def test_pviews_shows_views_and_permissions_of_a_student(ini: str) -> None:
    shown = introspect(PViewsCommand, ini, "/api/v1.0/students/1")
    for view, permission, methods in (
        ("items.read", "view", "GET,HEAD, tried_first"),
        ("records.replace", "change", "PUT"),
        ("records.delete", "delete", "DELETE"),
    ):
        assert f"classroom.views.{view}\n    required permission = {permission}" in shown
        assert f"view predicates (request_method = {methods})" in shown


def test_ptweens_shows_the_order_of_tweens(ini: str) -> None:
    shown = introspect(PTweensCommand, ini)
    order = [
        "rate_limit",
        "cache_control",
        "etag",
        "tm_tween",
        "excview",
        "well_formed",
        "require_authentication",
    ]
    places = [shown.index(name) for name in order]
    assert places == sorted(places)


@pytest.mark.one_combination
def test_every_view_has_a_permission(app: Any) -> None:
    for view in app.registry.introspector.get_category("views"):
        details = view["introspectable"]
        if isinstance(details["context"], type) and issubclass(details["context"], Resource):
            permissions = [related["value"] for related in view["related"] if "value" in related]
            assert permissions, details
            assert "nobody" not in permissions, details


@pytest.mark.one_combination
def test_the_view_for_get_is_tried_first(app: Any) -> None:
    """Pyramid tries the views of a context in order, and each mismatch costs an exception."""
    orders: dict[Any, dict[str, int]] = defaultdict(dict)
    for view in app.registry.introspector.get_category("views"):
        details = view["introspectable"]
        if details["request_methods"]:
            orders[details["context"]][details["request_methods"]] = details["order"]
    contexts = [methods for methods in orders.values() if len(methods) > 1]
    assert len(contexts) > 2
    for methods in contexts:
        get = methods.pop("GET")
        assert all(get < order for order in methods.values())


def test_a_view_without_a_permission_is_403(
    app_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    include = views.includeme

    def with_a_careless_view(config: Any) -> None:
        include(config)
        config.add_view(lambda request: {}, context=V1, name="careless", renderer="json")

    monkeypatch.setattr(views, "includeme", with_a_careless_view)
    with open_application(app_settings) as app:
        client_of(app).get("/api/v1.0/careless", status=403)
