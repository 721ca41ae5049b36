"""Views: verbs on resources. Each names its permission, checks, acts and returns a resource."""

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include(".derivers")
    config.scan(".")
