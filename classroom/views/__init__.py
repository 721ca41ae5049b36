"""Views: verbs on resources. Each names its permission, checks, acts and answers.

A view is configured for each class of resource, not for a base of them: so each class has its
views together, where ``pviews`` shows them and Pyramid finds them in one step. There it tries them
in the order of their names, and each wrong one costs a tenth of a request: the first one reads.
"""

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include(".derivers")
    config.include(".documents")
    config.scan(".")
