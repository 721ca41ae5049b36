"""Tweens: rules about every response.

Tweens above EXCVIEW return responses, since exceptions raised there are not rendered. Those below
it may raise.
"""

from pyramid.config import Configurator
from pyramid.tweens import EXCVIEW, INGRESS, MAIN

from ..rate_limits.window import open_limiter
from ..request import Request
from ..services import services

# From the outermost to the innermost.
ORDER = (
    "classroom.tweens.rate_limit.factory",
    "classroom.tweens.cache_control.factory",
    "classroom.tweens.etag.factory",
    "pyramid_tm.tm_tween_factory",
    EXCVIEW,
    "classroom.tweens.well_formed.factory",
    "classroom.tweens.require_authentication.factory",
    "classroom.tweens.path_length.factory",
)


def needs_transaction(request: Request) -> bool:
    """Return whether a request writes. A safe one reads without the transaction manager."""
    return not request.is_safe


def includeme(config: Configurator) -> None:
    shared = services(config.registry)
    shared.limiter = open_limiter(shared.settings)
    config.add_settings(
        {
            "tm.activate_hook": needs_transaction,
            "tm.annotate_user": False,
            "tm.commit_veto": "pyramid_tm.default_commit_veto",
            "tm.manager_hook": "pyramid_tm.explicit_manager",
        }
    )
    for above, tween, below in zip((INGRESS, *ORDER), ORDER, (*ORDER[1:], MAIN), strict=False):
        if tween != EXCVIEW:
            config.add_tween(tween, under=above, over=below)
