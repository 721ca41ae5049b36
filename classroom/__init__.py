"""A REST service for students, classes and registrations, built on Pyramid with traversal."""

from typing import Any

from pyramid.config import Configurator
from pyramid.router import Router

from .environment import overrides
from .request import Request
from .settings import DEFAULT_SETTINGS

__all__ = ["DEFAULT_SETTINGS", "main"]


def main(global_config: dict[str, str] | None, **settings: Any) -> Router:
    """Create the WSGI application from the settings of an ini file (``paste.app_factory``).

    Environment variables override these settings.

    :raises classroom.settings.SettingError: if a setting is invalid.
    """
    ini_file = (global_config or {}).get("__file__", "development.ini")
    settings = {**DEFAULT_SETTINGS, "__file__": ini_file, **settings, **overrides()}
    with Configurator(settings=settings, request_factory=Request) as config:
        config.include(".logs")
        config.include(".environment")
        config.include("pyramid_retry")
        config.include(".services")
        config.include(".resources.tree")
        config.include(".security.policy")
        config.include(".views")
        config.include(".docs_ui")
        config.include(".problems")
        config.include(".health")
        config.include(".openapi")
        config.include(".tweens")
        config.include(".server")
        config.include(".access_log")
        config.include(".audit_log")
        config.include(".metrics")
        config.include(".first_run")
        return config.make_wsgi_app()
