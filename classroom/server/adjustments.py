"""Check the settings of waitress, which are in ``[server:main]`` of the ini file."""

from collections.abc import Iterator, Mapping
from typing import Any

from waitress.adjustments import Adjustments

from ..settings import SettingError

_SECTION = "[server:main]"
_MAX_PORT = 65535


def _check_port(text: str) -> None:
    # The C library wraps larger numbers around: 80000 would be port 14464.
    if text.isdecimal() and int(text) > _MAX_PORT:
        raise ValueError(f"port {text} is greater than {_MAX_PORT}")


def _read_port(text: str) -> None:
    _check_port(str(int(text)))


def _read_addresses(text: str) -> None:
    for address in text.split():
        _check_port(address.rpartition(":")[2])


# The function that reads each setting. Waitress's stubs omit it.
_READERS: Mapping[str, Any] = {
    **Adjustments._param_map,  # type: ignore[attr-defined]
    "port": _read_port,
    "listen": _read_addresses,
}


def parse_adjustments(settings: Mapping[str, str]) -> Adjustments:
    """Read the settings, without listening on an address.

    :raises SettingError: for the first unknown key or invalid value.
    """
    for error in invalid_adjustments(settings):
        raise error
    try:
        return Adjustments(**settings)
    except ValueError as error:
        raise SettingError(_SECTION, str(error)) from None


def invalid_adjustments(settings: Mapping[str, str]) -> Iterator[SettingError]:
    """Return an error for each unknown key, and for each value that is invalid by itself."""
    for key, value in settings.items():
        try:
            _READERS[key](value)
        except KeyError:
            yield SettingError(f"{_SECTION} {key}", "unknown setting")
        except ValueError as error:
            yield SettingError(f"{_SECTION} {key}", str(error))
