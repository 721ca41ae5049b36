"""So many calls per client and period, and every response says where the client stands.

Outermost, so that refused and failed calls count too.
"""

from pyramid.registry import Registry
from pyramid.response import Response

from ..http.errors import error_response
from ..rate_limits.counters import CallCounter, FailOverCounter, MemoryCounter, RedisCounter
from ..rate_limits.window import FixedWindow
from ..request import Handler, Request
from ..settings import SettingError, Settings

_TOO_MANY = "too many calls; try again later"


def factory(handler: Handler, registry: Registry) -> Handler:
    settings = registry["classroom.settings"]
    if not settings.use_rate_limits:
        return handler
    limiter = FixedWindow(settings.rate_limit_calls, settings.rate_limit_period, _counter(settings))

    policy = f'"default";q={settings.rate_limit_calls};w={settings.rate_limit_period}'

    def rate_limit_tween(request: Request) -> Response:
        usage = limiter.hit(request.remote_addr or "unknown")
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


def _counter(settings: Settings) -> CallCounter:
    if settings.redis_url.startswith("memory:"):
        return MemoryCounter()
    try:
        shared = RedisCounter.from_url(settings.redis_url, settings.rate_limit_period)
    except (TypeError, ValueError) as error:
        raise SettingError("classroom.redis_url", str(error)) from None
    return FailOverCounter(shared)
