"""The user with whose credentials tests send requests."""

import base64

import argon2
from sqlalchemy import Engine

from classroom.db import user_writes

NAME, PASSWORD = "miguel", "cat:mouse"
SECRET = "not much of a secret, but long enough"
# Nearly every test verifies a password, so the costs are the lowest that argon2id allows.
CHEAP_HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = CHEAP_HASHER.hash(PASSWORD)


def basic(username: str, password: str) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def add_user(engine: Engine) -> None:
    with engine.begin() as connection:
        user_writes.add_user(connection, NAME, PASSWORD_HASH)
