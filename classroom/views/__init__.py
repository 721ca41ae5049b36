"""Views: one module per kind of resource.

A view names its permission, reads the request, calls a function that writes, and returns a value.
The response adapters in ``results`` turn values into responses.
"""

from typing import Any

from pyramid.config import Configurator


class TriedFirst:
    """A view predicate that is always true, for the view that handles GET.

    Pyramid first tries the views with the most predicates, and each view that does not match takes
    a tenth of the time of a request.
    """

    def __init__(self, value: Any, config: Configurator) -> None:
        pass

    def text(self) -> str:
        return "tried_first"

    phash = text

    def __call__(self, context: Any, request: Any) -> bool:
        return True


def includeme(config: Configurator) -> None:
    config.add_view_predicate("tried_first", TriedFirst)
    config.include(".documentation")
    config.include(".derivers")
    config.include(".results")
    config.scan(".")
