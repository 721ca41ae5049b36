"""What a check finds."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    level: Level
    subject: str
    """A key of the ini file, or a path."""
    problem: str

    def __str__(self) -> str:
        return f"{self.level}: {self.subject}: {self.problem}"


def error(subject: str, problem: str) -> Finding:
    return Finding(Level.ERROR, subject, problem)


def warning(subject: str, problem: str) -> Finding:
    return Finding(Level.WARNING, subject, problem)
