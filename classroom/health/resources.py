"""The resources: liveness and readiness."""

from typing import ClassVar

from ..resources.acl import PUBLIC, Acl
from ..resources.base import Node, Resource
from . import schemas


class _Probe(Resource):
    """A resource for monitoring programs."""

    __acl__: ClassVar[Acl] = PUBLIC
    trailing_slash = False
    is_rate_limited = False
    is_nonblocking = True
    tag = "health"


class Live(_Probe):
    """Whether the process answers."""

    schema = schemas.Liveness
    noun = "Liveness"
    title = "the liveness of the process"


class Ready(_Probe):
    """Whether the service can serve requests."""

    schema = schemas.Readiness
    noun = "Readiness"
    title = "the readiness of the service"


class Health(Node):
    children = {"live": Live, "ready": Ready}
