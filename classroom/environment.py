"""Settings from the environment, which override those of an ini file."""

import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyramid.config import Configurator

from .settings import DEFAULT_SETTINGS, SettingError, validate

log = logging.getLogger(__name__)

_SECRET_KEY = "classroom.secret_key"  # noqa: S105 (a key)
_SECRET_KEY_FILE = "CLASSROOM_SECRET_KEY_FILE"  # noqa: S105 (a name)
# The variable of each setting that has one.
_VARIABLES = {"sqlalchemy.url": "CLASSROOM_DATABASE_URL"} | {
    key: key.upper().replace(".", "_") for key in DEFAULT_SETTINGS
}
VARIABLES = frozenset({*_VARIABLES.values(), _SECRET_KEY_FILE})
# Without those that Kubernetes sets for a service named classroom. No setting has such a name.
_PREFIX = re.compile("CLASSROOM_(?!SERVICE_|PORT_|PORT$)")


def overrides(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the settings that the environment contains.

    :raises SettingError: for the first invalid variable.
    """
    found = {key: environ[name] for key, name in _VARIABLES.items() if name in environ}
    for key, value in found.items():
        _validate(_VARIABLES[key], key, value)
    if path := environ.get(_SECRET_KEY_FILE):
        if _SECRET_KEY in found:
            raise SettingError(_SECRET_KEY_FILE, f"{_VARIABLES[_SECRET_KEY]} is set too; unset one")
        found[_SECRET_KEY] = _read_secret(path)
    return found


def _read_secret(path: str) -> str:
    try:
        secret = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingError(_SECRET_KEY_FILE, f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        # Its message would contain a byte of the secret.
        raise SettingError(_SECRET_KEY_FILE, f"{path} is not UTF-8") from None
    _validate(_SECRET_KEY_FILE, _SECRET_KEY, secret)
    return secret


def unknown_variables() -> list[str]:
    """Return the ``CLASSROOM_*`` variables that set nothing.

    They are not errors: other programs may use them.
    """
    return sorted(name for name in os.environ.keys() - VARIABLES if _PREFIX.match(name))


def includeme(config: Configurator) -> None:
    if names := unknown_variables():
        log.warning(
            "environment variables that set nothing: %s; see docs/settings.md", ", ".join(names)
        )


def _validate(variable: str, key: str, value: Any) -> None:
    """Name the variable instead of the key in the error."""
    try:
        validate(key, value)
    except SettingError as error:
        raise SettingError(variable, error.problem) from None
