"""Check the settings of waitress, which are in ``[server:main]`` of the ini file."""

from collections.abc import Iterator, Mapping
from typing import Any

from waitress.adjustments import Adjustments

from ..settings import SettingError

_SECTION = "[server:main]"
# The function that reads each setting. Waitress's stubs omit it.
_READERS: Mapping[str, Any] = Adjustments._param_map  # type: ignore[attr-defined]


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
