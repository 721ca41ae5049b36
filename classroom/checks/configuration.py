"""What the checks read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL
from waitress.adjustments import Adjustments

from ..db.engine import parse_url
from ..ini import Ini
from ..server.adjustments import invalid_adjustments, parse_adjustments
from ..settings import DEFAULT_SETTINGS, SettingError, read_setting


@dataclass(frozen=True)
class Configuration:
    """The settings that ``pserve`` would use."""

    app: Mapping[str, Any]
    """``[app:main]``, overridden from the environment, with the defaults."""
    server: Mapping[str, str]
    """``[server:main]``, if the server is waitress."""

    @classmethod
    def read(cls, ini: Ini) -> "Configuration":
        return cls({**DEFAULT_SETTINGS, **ini.load()}, ini.read_server())

    def value(self, key: str) -> Any:
        """Return a setting, or its default if it is invalid, which is a finding of its own."""
        try:
            return read_setting(key, self.app[key])
        except SettingError:
            return read_setting(key, DEFAULT_SETTINGS[key])

    @property
    def url(self) -> URL | None:
        """The URL of the database, or None if it is invalid, which is a finding of its own."""
        try:
            return parse_url(self.app)
        except SettingError:
            return None

    @property
    def adjustments(self) -> Adjustments:
        """The valid settings of waitress, or its defaults if these contradict each other."""
        valid = {
            key: value
            for key, value in self.server.items()
            if not any(invalid_adjustments({key: value}))
        }
        try:
            return parse_adjustments(valid)
        except SettingError:
            return parse_adjustments({})
