"""A bounded cache of verified secrets."""

import hashlib
import secrets
import threading
import time
from typing import Generic, TypeVar

Value = TypeVar("Value")


class TTLCache(Generic[Value]):
    """A cache of values under secret keys, each with its own lifetime.

    It stores keyed hashes instead of the secrets. It is thread-safe: ``put`` holds a lock, and
    ``get`` is one lookup in a dict, which is atomic.

    :param size: the maximum number of values; the one that was put first is evicted first.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._values: dict[bytes, tuple[Value, float]] = {}

    def get(self, *secret: str) -> Value | None:
        value, expires = self._values.get(self._digest(secret), (None, 0.0))
        return value if time.monotonic() < expires else None

    def put(self, value: Value, seconds: float, *secret: str) -> None:
        digest = self._digest(secret)
        with self._lock:
            # A dict is in the order of insertion; a value that is replaced would keep its place.
            self._values.pop(digest, None)
            self._values[digest] = value, time.monotonic() + seconds
            if len(self._values) > self._size:
                del self._values[next(iter(self._values))]

    def _digest(self, secret: tuple[str, ...]) -> bytes:
        return hashlib.blake2b("\0".join(secret).encode(), key=self._key).digest()
