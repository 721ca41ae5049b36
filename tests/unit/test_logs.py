import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from classroom.logs import LogRecord
from classroom.logs.formatters import JSONFormatter, TextFormatter


class Log:
    """A logger with a plain formatter, and its output."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.logger = logging.Logger("test")
        self.logger.addHandler(logging.StreamHandler(self._stream))

    def lines(self) -> list[str]:
        return self._stream.getvalue().removesuffix("\n").split("\n")


@pytest.fixture
def log() -> Iterator[Log]:
    factory = logging.getLogRecordFactory()
    logging.setLogRecordFactory(LogRecord)
    yield Log()
    logging.setLogRecordFactory(factory)


@pytest.mark.parametrize(
    ("character", "escaped"),
    [
        ("\n", r"\n"),
        ("\r", r"\r"),
        ("\x1b", r"\x1b"),
        ("\x85", r"\x85"),
        ("\u2028", r"\u2028"),
        ("\u202e", r"\u202e"),
        ("\udcff", r"\udcff"),
    ],
)
def test_control_characters_are_escaped(log: Log, character: str, escaped: str) -> None:
    log.logger.warning(f"a{character}b")
    log.logger.warning("a%sb", character)
    assert log.lines() == [f"a{escaped}b"] * 2


def test_other_characters_are_kept(log: Log) -> None:
    log.logger.warning(r"50%% of \n, é and 😀: %r", "'")
    assert log.lines() == [r"""50% of \n, é and 😀: "'" """.strip()]


def test_a_long_message_is_shortened(log: Log) -> None:
    log.logger.warning("begin %s end", "x" * 100_000)
    [line] = log.lines()
    assert line.startswith("begin x")
    assert line.endswith("x end")
    assert len(line) < 5000


def test_a_traceback_keeps_its_lines_and_is_indented(log: Log) -> None:
    try:
        raise ValueError("wrong\n2026-01-01 FAKE LINE\x1b[2J")
    except ValueError:
        log.logger.exception("failed")
    message, first, *_, last = log.lines()
    assert (message, first) == ("failed", "    Traceback (most recent call last):")
    assert last == r"    2026-01-01 FAKE LINE\x1b[2J"


def test_a_long_traceback_keeps_its_end(log: Log) -> None:
    try:
        raise ValueError("x\n" * 100_000 + "end")
    except ValueError:
        log.logger.exception("failed")
    lines = log.lines()
    assert lines[-1] == "    end"
    assert len(lines) < 20_000


def test_records_made_before_the_application_are_formatted() -> None:
    record = logging.LogRecord("test", logging.INFO, "", 0, "ready", (), None)
    assert TextFormatter("[%(request_id)s] %(message)s").format(record) == "[-] ready"


def test_json_has_extra_fields_and_the_traceback() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        record = LogRecord("test", logging.INFO, "", 0, "failed\n", (), sys.exc_info())
    record.size = 3
    line = json.loads(JSONFormatter().format(record))
    assert line.pop("exc_info").endswith("ValueError: wrong")
    assert (line["message"], line["size"], line["request_id"]) == (r"failed\n", 3, "-")
