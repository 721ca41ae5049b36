import tracemalloc

import redis

from classroom.rate_limits.counters import MemoryCounter
from classroom.rate_limits.redis_counters import FailOverCounter
from classroom.rate_limits.window import FixedWindow


def test_the_sixth_call_of_a_window_is_rejected() -> None:
    now = 1000.0
    limiter = FixedWindow(5, 15, MemoryCounter(), clock=lambda: now)
    first, *others = [limiter.hit("a") for _ in range(6)]
    assert first == (True, 5, 4, 1005, 5, False)
    assert [usage.remaining for usage in others] == [3, 2, 1, 0, 0]
    assert [usage.is_allowed for usage in others] == [True] * 4 + [False]
    now = 1003.1
    assert limiter.hit("a").retry_after == 2
    now = 1004.9
    assert limiter.hit("a") == (False, 5, 0, 1005, 1, False)
    now = 1005.0
    assert limiter.hit("a") == (True, 5, 4, 1020, 15, False)


def test_clients_are_counted_separately() -> None:
    limiter = FixedWindow(1, 15, MemoryCounter(), clock=lambda: 0.0)
    assert limiter.hit("a").is_allowed
    assert limiter.hit("b").is_allowed
    assert not limiter.hit("a").is_allowed


def test_a_late_call_does_not_reset_the_window() -> None:
    counter = MemoryCounter()
    assert [counter.increment("a", window) for window in (5, 6, 5, 6)] == [1, 1, 2, 3]


def test_a_peek_does_not_count() -> None:
    limiter = FixedWindow(2, 15, MemoryCounter(), clock=lambda: 0.0)
    limiter.hit("a")
    assert [limiter.peek("a").remaining for _ in range(3)] == [1] * 3


def test_the_least_recent_client_is_evicted() -> None:
    counter = MemoryCounter(max_clients=2)
    for client in ("a", "b", "a", "c"):
        counter.increment(client, 1)
    assert counter.increment("a", 1) == 3
    assert counter.increment("b", 1) == 1


def test_memory_is_bounded_for_any_number_of_clients() -> None:
    counter = MemoryCounter(max_clients=1000)
    tracemalloc.start()
    try:
        for client in range(20_000):
            counter.increment(f"10.{client}", 1)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000


class Failing:
    """A counter that fails, and counts its calls."""

    asked = 0

    def increment(self, client: str, window: int, by: int = 1) -> int:
        self.asked += 1
        raise redis.ConnectionError("down")


def test_redis_is_tried_once_per_pause() -> None:
    now = 0.0
    shared = Failing()
    counter = FailOverCounter(shared, pause=5.0, clock=lambda: now)
    assert [counter.increment("a", 1) for _ in range(100)] == list(range(1, 101))
    assert shared.asked == 1
    now = 5.0
    counter.increment("a", 1)
    counter.increment("a", 1)
    assert shared.asked == 2


def test_one_call_at_a_time_tries_redis_again() -> None:
    class Waiting:
        """A counter that fails. While its second call waits, another call begins."""

        asked = 0

        def increment(self, client: str, window: int, by: int = 1) -> int:
            self.asked += 1
            if self.asked == 2:
                counter.increment("another", window)
            raise redis.ConnectionError("down")

    now = 0.0
    shared = Waiting()
    counter = FailOverCounter(shared, pause=5.0, clock=lambda: now)
    counter.increment("a", 1)
    now = 5.0
    counter.increment("a", 1)
    assert shared.asked == 2
