"""The server of the ini files: waitress, with one line for an error in the ini file."""

import configparser
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError
from typing import Any

import waitress

from ..ini import explain, read_app
from ..settings import SettingError
from .adjustments import parse_adjustments


def make_server(global_config: Mapping[str, str], **settings: Any) -> Callable[[Any], None]:
    """Make the server from the settings of ``[server:main]`` (``paste.server_factory``).

    :raises classroom.settings.SettingError: if a setting is invalid, or if ``[app:main]`` contains
        a malformed value or uses a package that is not installed.
    """
    parse_adjustments(settings)
    _check_values(global_config)
    return lambda app: waitress.serve(app, **settings)


def _check_values(global_config: Mapping[str, str]) -> None:
    # pserve makes the server before it reads [app:main], and prints a traceback with a part of the
    # malformed value, which may be a password.
    path = global_config["__file__"]
    try:
        with suppress(LookupError):  # pserve --app-name serves another section
            # The file may have any extension: pserve takes the scheme on its command line.
            read_app(f"file+ini:{path}", global_config)
    except (configparser.InterpolationError, PackageNotFoundError) as error:
        # No other ImportError: its traceback shows an error in the code of a package.
        raise SettingError(path, explain(error)) from None
