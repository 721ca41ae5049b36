"""Fixtures for tests that need users with different roles."""

from typing import Any

import pytest
from webtest import TestApp

from classroom.models.roles import Role

from ..support.school import School


@pytest.fixture
def school(testapp: TestApp, app: Any) -> School:
    """A school with one admin, in either mode of authentication."""
    school = School(app)
    school.add_user(Role.ADMIN)
    return school


@pytest.fixture
def admin(school: School) -> TestApp:
    """A client of another admin."""
    return school.client_with(Role.ADMIN)
