"""Tweens: promises about every response.

They return responses: what is raised above Pyramid's own exception tween is never rendered. Those
below it may raise.
"""

from itertools import pairwise

from pyramid.config import Configurator
from pyramid.tweens import EXCVIEW, INGRESS

from ..request import Request

# From the client inwards.
ORDER = (
    "classroom.tweens.rate_limit.factory",
    "classroom.tweens.cache_control.factory",
    "classroom.tweens.etag.factory",
    "pyramid_tm.tm_tween_factory",
    EXCVIEW,
    "classroom.tweens.well_formed.factory",
    "classroom.tweens.strangers.factory",
    "classroom.tweens.path_length.factory",
)


def writes(request: Request) -> bool:
    """Whether a request needs a transaction: a safe one reads on a plain connection."""
    return not request.is_safe


def includeme(config: Configurator) -> None:
    config.add_settings(
        {
            "tm.activate_hook": writes,
            "tm.annotate_user": False,
            "tm.commit_veto": "pyramid_tm.default_commit_veto",
            "tm.manager_hook": "pyramid_tm.explicit_manager",
        }
    )
    for above, tween in pairwise((INGRESS, *ORDER)):
        if tween != EXCVIEW:
            config.add_tween(tween, under=above)
