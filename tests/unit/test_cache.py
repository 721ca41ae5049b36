import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from classroom.security.cache import TTLCache


def test_a_value_is_found_by_its_secret_only() -> None:
    memory: TTLCache[int] = TTLCache(size=2)
    memory.put(1, 60, "name", "secret")
    assert memory.get("name", "secret") == 1
    assert memory.get("name", "other") is None


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_value_without_a_lifetime_is_not_stored(seconds: float) -> None:
    memory: TTLCache[int] = TTLCache(size=2)
    memory.put(1, seconds, "secret")
    assert memory.get("secret") is None


def test_the_cache_is_bounded() -> None:
    memory: TTLCache[int] = TTLCache(size=2)
    for number in range(5):
        memory.put(number, 60, str(number))
    assert [number for number in range(5) if memory.get(str(number)) is not None] == [3, 4]


def test_the_value_that_was_put_first_is_evicted() -> None:
    memory: TTLCache[int] = TTLCache(size=2)
    for number in (1, 2, 1, 3):
        memory.put(number, 60, str(number))
    assert [memory.get(str(number)) for number in (1, 2, 3)] == [1, None, 3]


def test_threads_share_a_full_cache() -> None:
    memory: TTLCache[int] = TTLCache(size=8)

    def use(first: int) -> None:
        for number in range(first, first + 3000):
            memory.put(number, 60, str(number))
            assert memory.get(str(number)) in (number, None)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(use, [1000, 1001, 1002, 1003]))
    finally:
        sys.setswitchinterval(interval)
    assert len(memory._values) == 8


def test_secrets_are_not_stored_in_plain_text() -> None:
    memory: TTLCache[int] = TTLCache(size=2)
    memory.put(1, 60, "a secret " + "in clear")
    gc.collect()
    kept = repr(vars(memory)) + repr(list(memory._values.items()))
    assert "in clear" not in kept
