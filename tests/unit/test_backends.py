import pytest

from classroom.db.backends import backend_of
from classroom.db.engine import make_engine
from classroom.settings import SettingError


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_an_engine_has_the_backend_of_its_url(name: str) -> None:
    scheme = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[name]
    assert backend_of(make_engine({"sqlalchemy.url": f"{scheme}://"})).name == name


def test_an_unsupported_database_is_an_error() -> None:
    message = "^sqlalchemy.url: mysql is not supported; use one of sqlite, postgresql$"
    with pytest.raises(SettingError, match=message):
        make_engine({"sqlalchemy.url": "mysql://localhost/x"})


@pytest.mark.parametrize("value", ["true", "false"])
def test_boolean_options_of_the_engine_are_converted(value: str) -> None:
    url = {"sqlalchemy.url": "postgresql+psycopg://localhost/school"}
    options = {"sqlalchemy.pool_pre_ping": value, "sqlalchemy.hide_parameters": value}
    engine = make_engine(url | options)
    assert engine.hide_parameters is (value == "true")
    assert engine.pool._pre_ping is (value == "true")
