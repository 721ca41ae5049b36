"""Checks of the settings, the database and Redis before the service starts.

They bind no port and change nothing, so they can run while the service runs.
"""

from collections.abc import Callable, Iterator

from ..ini import Ini
from . import addresses, database, files, logs, redis, settings
from .configuration import Configuration
from .findings import Finding, Level

__all__ = ["CHECKS", "Finding", "Level", "find_problems"]

Check = Callable[[Configuration], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    settings.invalid_settings,
    settings.unknown_variables,
    settings.missing_secret_key,
    settings.missing_extra,
    settings.debug_settings,
    settings.debug_toolbar,
    settings.exposed_tracebacks,
    addresses.unusable_server,
    addresses.invalid_server_settings,
    addresses.clients_behind_a_proxy,
    addresses.exposed_metrics,
    logs.invalid_logging,
    files.exposed_secrets,
    files.database_files,
    database.database,
    redis.unreachable,
)


def find_problems(ini: Ini) -> Iterator[Finding]:
    """Run all checks.

    :raises classroom.settings.SettingError: if the ini file cannot be read.
    """
    configuration = Configuration.read(ini)
    for check in CHECKS:
        yield from check(configuration)
