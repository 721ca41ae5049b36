"""Random sequences of operations, compared with a model in memory."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from webtest import TestApp

from ..support.school import School
from ..support.user_model import UserModel


@pytest.mark.usefixtures("uncached_identities")
def test_random_operations_match_a_model(password_client: TestApp, dbengine: Any) -> None:
    School(password_client.app).change_user(1, role="admin")

    def empty(_: UserModel) -> None:
        with dbengine.begin() as connection:
            for table in ("registrations", "students", "classes"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
            connection.exec_driver_sql("DELETE FROM users WHERE id > 1")
            if dbengine.dialect.name == "sqlite":
                connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name != 'users'")
                connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = 1")
            else:
                for table, first in (("students", 1), ("classes", 1), ("users", 2)):
                    statement = f"ALTER SEQUENCE {table}_id_seq RESTART WITH {first}"
                    connection.exec_driver_sql(statement)

    def ask(statement: str) -> Any:
        def asked(_: UserModel, table: str) -> int:
            with dbengine.connect() as connection:
                return connection.exec_driver_sql(statement.format(table=table)).scalar() or 0

        return asked

    members = {
        "client": password_client,
        "empty": empty,
        "kept": ask("SELECT sum(number) FROM counts WHERE counted = '{table}'"),
        "counted": ask("SELECT count(*) FROM {table}"),
    }
    machine = type("ModelOfThisDatabase", (UserModel,), members)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
