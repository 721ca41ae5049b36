"""A bounded cache of verified secrets."""

import hashlib
import secrets
import threading
import time
from typing import Generic, TypeVar

from cachetools import TLRUCache

Value = TypeVar("Value")


class TTLCache(Generic[Value]):
    """A cache of values under secret keys, each with its own lifetime.

    It is thread-safe, and stores keyed hashes instead of the secrets.

    :param size: the maximum number of values; the least recently used is evicted first.
    """

    def __init__(self, size: int) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._values: TLRUCache[bytes, tuple[Value, float]] = TLRUCache(
            size, ttu=lambda _, entry, now: now + entry[1], timer=time.monotonic
        )

    def get(self, *secret: str) -> Value | None:
        with self._lock:
            entry = self._values.get(self._digest(secret))
        return entry[0] if entry else None

    def put(self, value: Value, seconds: float, *secret: str) -> None:
        with self._lock:
            self._values[self._digest(secret)] = value, seconds

    def _digest(self, secret: tuple[str, ...]) -> bytes:
        return hashlib.blake2b("\0".join(secret).encode(), key=self._key).digest()
