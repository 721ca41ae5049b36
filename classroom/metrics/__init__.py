"""Metrics for Prometheus, on a separate listener. Without the setting, nothing is measured.

Each module adds some metrics to the registry of the application. docs/operations.md lists them.
"""

from pyramid.config import Configurator

from ..services import services
from ..settings import SettingError


def includeme(config: Configurator) -> None:
    if services(config.registry).settings.metrics_listen is None:
        return
    require_client()
    config.include(".composition")


def require_client() -> None:
    """Check that the library is installed.

    :raises classroom.settings.SettingError: if it is not.
    """
    try:
        import prometheus_client  # noqa: F401, PLC0415 (an extra)
    except ImportError:
        raise SettingError(
            "classroom.metrics_listen",
            "prometheus-client is not installed; install the extra classroom[metrics]",
        ) from None
