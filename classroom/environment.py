"""Settings from the environment, which override those of an ini file."""

import logging
import os
import re
from pathlib import Path

from pyramid.config import Configurator

from .settings import DEFAULT_SETTINGS, SettingError, validate

log = logging.getLogger(__name__)

_SECRET_KEY = "classroom.secret_key"  # noqa: S105 (a key)
_SECRET_KEY_FILE = "CLASSROOM_SECRET_KEY_FILE"  # noqa: S105 (a name)
# The environment variable of each setting that has one.
_VARIABLES = {"sqlalchemy.url": "CLASSROOM_DATABASE_URL"} | {
    key: key.upper().replace(".", "_") for key in DEFAULT_SETTINGS
}
VARIABLES = frozenset({*_VARIABLES.values(), _SECRET_KEY_FILE})
# Kubernetes sets the excluded variables for a service named classroom. No setting has such a name.
_PREFIX = re.compile("CLASSROOM_(?!SERVICE_|PORT_|PORT$)")


def overrides() -> dict[str, str]:
    """Return the settings that the environment contains.

    :raises SettingError: for the first invalid variable.
    """
    found, invalid = read_variables()
    for error in invalid.values():
        raise error
    return found


def read_variables() -> tuple[dict[str, str], dict[str, SettingError]]:
    """Return the settings that the environment contains, and the errors of the invalid ones.

    The keys of both are the keys of the settings. Each error names the environment variable.
    """
    found, invalid = {}, {}
    for key, variable in _sources().items():
        try:
            found[key] = _value(variable)
            validate(key, found[key])
        except SettingError as error:
            invalid[key] = SettingError(variable, error.problem)
    return found, invalid


def _sources() -> dict[str, str]:
    """Return the name of the variable for each setting that the environment contains."""
    sources = {key: name for key, name in _VARIABLES.items() if name in os.environ}
    if os.environ.get(_SECRET_KEY_FILE):
        sources[_SECRET_KEY] = _SECRET_KEY_FILE
    return sources


def _value(variable: str) -> str:
    if variable != _SECRET_KEY_FILE:
        return os.environ[variable]
    if _VARIABLES[_SECRET_KEY] in os.environ:
        raise SettingError(variable, f"{_VARIABLES[_SECRET_KEY]} is also set; unset one of them")
    return _read_secret(os.environ[variable])


def _read_secret(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingError(_SECRET_KEY_FILE, f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        # The message of the error contains a byte of the secret.
        raise SettingError(_SECRET_KEY_FILE, f"{path} is not UTF-8") from None


def unknown_variables() -> list[str]:
    """Return the ``CLASSROOM_*`` variables that have no effect.

    They are not errors: other programs may use them.
    """
    return sorted(name for name in os.environ.keys() - VARIABLES if _PREFIX.match(name))


def includeme(config: Configurator) -> None:
    if names := unknown_variables():
        log.warning(
            "environment variables that have no effect: %s; see docs/settings.md", ", ".join(names)
        )
