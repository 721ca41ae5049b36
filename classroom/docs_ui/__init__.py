"""Interactive documentation of the API: Swagger UI, which reads the OpenAPI document."""

from pyramid.config import Configurator

from ..services import services
from .resources import Docs


def includeme(config: Configurator) -> None:
    if services(config.registry).settings.use_docs:
        config.add_resource("api/docs", Docs)
        config.scan(".")
