"""The check of the Redis that counts requests."""

from collections.abc import Iterator

from redis import RedisError

from ..rate_limits.redis_counters import ping
from .configuration import Configuration
from .findings import Finding, error


def unreachable(configuration: Configuration) -> Iterator[Finding]:
    key = "classroom.redis_url"
    url = configuration.value(key)
    is_counting = configuration.value("classroom.use_rate_limits") and not url.startswith("memory:")
    if key in configuration.invalid or not is_counting:
        return
    try:
        ping(url)
    except (RedisError, TypeError, ValueError) as problem:
        yield error(key, " ".join(str(problem).split()))
