import gc

import pytest

from classroom.security.cache import Memory


def test_a_value_is_recalled_under_its_secret_alone() -> None:
    memory: Memory[int] = Memory(size=2)
    memory.keep(1, 60, "name", "secret")
    assert memory.recall("name", "secret") == 1
    assert memory.recall("name", "other") is None


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_value_for_no_time_is_not_kept(seconds: float) -> None:
    memory: Memory[int] = Memory(size=2)
    memory.keep(1, seconds, "secret")
    assert memory.recall("secret") is None


def test_the_memory_is_bounded() -> None:
    memory: Memory[int] = Memory(size=2)
    for number in range(5):
        memory.keep(number, 60, str(number))
    assert [number for number in range(5) if memory.recall(str(number)) is not None] == [3, 4]


def test_no_secret_is_kept_in_clear() -> None:
    memory: Memory[int] = Memory(size=2)
    memory.keep(1, 60, "a secret " + "in clear")
    gc.collect()
    kept = repr(vars(memory)) + repr(list(memory._values.items()))
    assert "in clear" not in kept
