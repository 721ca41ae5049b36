"""Students, classes and registrations: a REST service on Pyramid by traversal."""

from typing import Any

from pyramid.config import Configurator
from pyramid.router import Router

from .request import Request
from .settings import DEFAULT_SETTINGS, parse

__all__ = ["DEFAULT_SETTINGS", "main"]


def main(global_config: dict[str, str] | None, **settings: Any) -> Router:
    """Compose the WSGI application from the strings of an ini file (``paste.app_factory``).

    :raises classroom.settings.SettingError: where a value makes no sense.
    """
    with Configurator(settings=DEFAULT_SETTINGS | settings, request_factory=Request) as config:
        config.registry["classroom.ini"] = (global_config or {}).get("__file__", "development.ini")
        config.registry["classroom.settings"] = parse(config.registry.settings)
        config.include(".logs")
        config.include("pyramid_retry")
        config.include(".db.engine")
        config.include(".resources.tree")
        config.include(".security.policy")
        config.include(".views")
        config.include(".tweens")
        config.include(".server")
        config.include(".first_run")
        return config.make_wsgi_app()
