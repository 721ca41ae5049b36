"""So many calls per client and period, and every response says where the client stands.

Outermost, so that refused and failed calls count too.
"""

from pyramid.registry import Registry
from pyramid.response import Response

from ..http.errors import error_response
from ..rate_limits.clients import client_of
from ..rate_limits.counters import open_counter
from ..rate_limits.window import FixedWindow
from ..request import Handler, Request

_TOO_MANY = "too many calls; try again later"


def factory(handler: Handler, registry: Registry) -> Handler:
    settings = registry["classroom.settings"]
    if not settings.use_rate_limits:
        return handler
    period = settings.rate_limit_period
    counter = open_counter(settings, "calls", period)
    limiter = FixedWindow(settings.rate_limit_calls, period, counter)

    policy = f'"default";q={settings.rate_limit_calls};w={period}'

    def rate_limit_tween(request: Request) -> Response:
        usage = limiter.hit(client_of(request.remote_addr))
        if usage.allowed:
            response = handler(request)
        else:
            headers = [("Retry-After", str(usage.retry_after))]
            response = error_response(request.environ, 429, _TOO_MANY, headers)
        response.headers["X-RateLimit-Limit"] = str(usage.limit)
        response.headers["X-RateLimit-Remaining"] = str(usage.remaining)
        response.headers["X-RateLimit-Reset"] = str(usage.reset)
        # draft-ietf-httpapi-ratelimit-headers-10
        response.headers["RateLimit-Policy"] = policy
        response.headers["RateLimit"] = f'"default";r={usage.remaining};t={usage.retry_after}'
        return response

    return rate_limit_tween
