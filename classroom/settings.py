"""The ``classroom.*`` settings as one typed, validated object."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class SettingError(SystemExit):
    """An invalid setting; the message names it.

    It derives from SystemExit so that ``pserve``, ``pshell``, ``alembic`` and ``classroom`` exit
    with this one line and status 1 instead of a traceback.
    """

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


class Address(NamedTuple):
    """The address of a listener."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Settings:
    """The settings of an application. Times are in seconds."""

    secret_key: str | None = field(repr=False)
    use_token_auth: bool
    token_lifetime: int
    identity_ttl: int
    login_attempts: int
    use_rate_limits: bool
    rate_limit_calls: int
    rate_limit_period: int
    redis_url: str
    per_page: int
    max_per_page: int
    request_timeout: int
    drain: int
    use_docs: bool
    metrics_listen: Address | None


def parse(settings: Mapping[str, Any]) -> Settings:
    """Read the ``classroom.*`` keys of ``settings``.

    :param settings: must contain every key of DEFAULT_SETTINGS.

    :raises SettingError: for the first unknown key or invalid value.
    """
    for error in invalid_settings(settings):
        raise error
    return _convert(settings)


def invalid_settings(settings: Mapping[str, Any]) -> list[SettingError]:
    """Return an error for each unknown key and each invalid value."""
    errors = []
    for key, value in settings.items():
        try:
            validate(key, value)
        except SettingError as error:
            errors.append(error)
    if not errors and (converted := _convert(settings)).per_page > converted.max_per_page:
        errors = [SettingError("classroom.per_page", "must not exceed classroom.max_per_page")]
    return errors


def _convert(settings: Mapping[str, Any]) -> Settings:
    values = {_field(key): read_setting(key, settings[key]) for key in DEFAULT_SETTINGS}
    return Settings(**values)


def validate(key: str, value: Any) -> None:
    """Check a setting, if its key begins with ``classroom.``.

    :raises SettingError: if the key is unknown, or the value is invalid.
    """
    if not key.startswith("classroom."):
        return
    if key not in DEFAULT_SETTINGS:
        raise SettingError(key, "unknown setting")
    read_setting(key, value)


def _field(key: str) -> str:
    return key.removeprefix("classroom.").replace(".", "_")


def read_setting(key: str, value: Any) -> Any:
    """Return the typed value of a setting.

    :raises SettingError: if it is invalid.
    """
    if value is None:
        return None
    try:
        return _SETTINGS[key][1](str(value).strip())
    except ValueError as error:
        raise SettingError(key, str(error)) from None


def _integer(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,18}", text) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    return read


def _boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValueError(f"must be true or false, not {text!r}")
    return _BOOLEANS[text.lower()]


def _secret(text: str) -> str:
    if len(text.encode()) < 32:
        raise ValueError(
            "must be at least 32 bytes; create one with"
            " python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return text


def _redis_url(text: str) -> str:
    if not re.fullmatch(r"memory://|unix://.+|rediss?://[^/?#]+(/[0-9]*)?(\?.*)?", text):
        raise ValueError("must be a redis://, rediss://, unix:// or memory:// URL")
    return text


def _address(text: str) -> Address:
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})", text)
    if not found or not 0 < int(found[3]) < 2**16:
        raise ValueError(f"must be an address and a port, such as 127.0.0.1:9150, not {text!r}")
    return Address(found[1] or found[2], int(found[3]))


_BOOLEANS = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0"), False
)
_DAY = 24 * 60 * 60

_SETTINGS: dict[str, tuple[str | None, Callable[[str], Any]]] = {
    "classroom.secret_key": (None, _secret),
    "classroom.use_token_auth": ("false", _boolean),
    "classroom.token_lifetime": ("3600", _integer(1, 365 * _DAY)),
    "classroom.identity_ttl": ("5", _integer(0, _DAY)),
    "classroom.login_attempts": ("10", _integer(0, 10**6)),
    "classroom.use_rate_limits": ("false", _boolean),
    "classroom.rate_limit.calls": ("5", _integer(1, 10**9)),
    "classroom.rate_limit.period": ("15", _integer(1, _DAY)),
    "classroom.redis_url": ("redis://localhost:6379/0", _redis_url),
    "classroom.per_page": ("50", _integer(1, 10_000)),
    "classroom.max_per_page": ("100", _integer(1, 10_000)),
    "classroom.request_timeout": ("20", _integer(1, _DAY)),
    "classroom.drain": ("0", _integer(0, 3600)),
    "classroom.use_docs": ("true", _boolean),
    "classroom.metrics_listen": (None, _address),
}
DEFAULT_SETTINGS = {key: default for key, (default, _) in _SETTINGS.items()}
