"""Limit the requests per client, except at paths without limits, and add the rate limit headers.

This is the outermost tween, so that rejected and failed requests count too.
"""

import logging

from pyramid.registry import Registry
from pyramid.response import Response

from ..http.codes import ErrorCode
from ..http.errors import error_response
from ..http.syntax import RATE_LIMIT_HEADERS
from ..rate_limits.clients import client_of
from ..rate_limits.window import Usage
from ..request import Handler, Request
from ..services import services

log = logging.getLogger("classroom.security")

_TOO_MANY = "too many requests; try again later"


def factory(handler: Handler, registry: Registry) -> Handler:
    shared = services(registry)
    settings, unlimited_paths = shared.settings, shared.unlimited_paths
    limiter = shared.limiter
    if limiter is None:
        return handler
    policy = f'"default";q={settings.rate_limit_calls};w={settings.rate_limit_period}'

    def rate_limit_tween(request: Request) -> Response:
        if request.environ["PATH_INFO"] in unlimited_paths:
            return handler(request)
        client = client_of(request.remote_addr)
        usage = limiter.hit(client)
        response = handler(request) if usage.is_allowed else _refuse(request, client, usage)
        state = f'"default";r={usage.remaining};t={usage.retry_after}'
        values = (str(usage.limit), str(usage.remaining), str(usage.reset), policy, state)
        response.headerlist.extend(zip(RATE_LIMIT_HEADERS, values, strict=True))
        return response

    return rate_limit_tween


def _refuse(request: Request, client: str, usage: Usage) -> Response:
    if usage.is_first_refused:
        message = "client %s exceeded the rate limit; requests are rejected until %d (Unix time)"
        log.warning(message, client, usage.reset)
    headers = [("Retry-After", str(usage.retry_after))]
    return error_response(request.environ, ErrorCode.RATE_LIMITED, _TOO_MANY, headers)
