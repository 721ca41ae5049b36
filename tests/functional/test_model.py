"""Random sequences of operations, compared with a model in memory.

They are the same in each run, except with ``make fuzz``.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine
from webtest import TestApp

from ..support.school import School
from ..support.user_model import UserModel


@pytest.mark.no_cover  # other tests cover the same code; tracing takes half of the time
@pytest.mark.usefixtures("uncached_identities")
def test_random_operations_match_a_model(password_client: TestApp, dbengine: Engine) -> None:
    School(password_client.app).change_user(1, role="admin")
    members = {"client": password_client, "engine": dbengine}
    run_state_machine_as_test(
        type("ModelOfThisDatabase", (UserModel,), members),
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            derandomize="FUZZ_SECONDS" not in os.environ,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
