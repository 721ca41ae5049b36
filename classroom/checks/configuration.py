"""What the checks read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL
from waitress.adjustments import Adjustments

from ..db.engine import parse_url
from ..environment import read_variables
from ..ini import Ini
from ..server.adjustments import invalid_adjustments, parse_adjustments
from ..settings import DEFAULT_SETTINGS, SettingError, invalid_settings, read_setting

_WAITRESS = ("egg:classroom#server", "egg:waitress#main", "egg:waitress")


@dataclass(frozen=True)
class Configuration:
    """The settings that ``pserve`` would use."""

    ini: Ini
    app: Mapping[str, Any]
    """``[app:main]``, overridden from the environment, with the defaults."""
    invalid: Mapping[str, SettingError]
    """The errors in it, by their keys."""
    server: Mapping[str, str]
    """``[server:main]``, which is empty if it is missing."""

    @classmethod
    def read(cls, ini: Ini) -> "Configuration":
        found, invalid = read_variables()
        app = {**DEFAULT_SETTINGS, **ini.read(), **found}
        errors = {error.key: error for error in invalid_settings(app)}
        # An error in the environment names its variable instead of the key.
        return cls(ini, app, {**errors, **invalid}, ini.read_server())

    def value(self, key: str) -> Any:
        """Return a setting, or its default if it is invalid, which is reported separately."""
        return read_setting(key, (DEFAULT_SETTINGS if key in self.invalid else self.app)[key])

    @property
    def waitress(self) -> Mapping[str, str]:
        """The settings of waitress, if it is the server."""
        settings = dict(self.server)
        return settings if settings.pop("use", None) in _WAITRESS else {}

    @property
    def url(self) -> URL | None:
        """The URL of the database, or None if it is invalid, which is reported separately."""
        try:
            return parse_url(self.app)
        except SettingError:
            return None

    @property
    def adjustments(self) -> Adjustments:
        """The valid settings of waitress, or its defaults if these contradict each other."""
        valid = {
            key: value
            for key, value in self.waitress.items()
            if not any(invalid_adjustments({key: value}))
        }
        try:
            return parse_adjustments(valid)
        except SettingError:
            return parse_adjustments({})
