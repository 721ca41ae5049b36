"""Names as they are searched and sorted: without case and accents, word by word.

It is done here and not by the databases, each of which has rules of its own.
"""

import unicodedata
from itertools import pairwise

# The combining classes of marks above, below and across a letter, and of the points of Hebrew and
# Arabic. Other marks, like the vowel signs of Hindi and Thai, are letters of a kind.
_ACCENTS = frozenset({1, *range(10, 36), *range(200, 241)})


def fold(name: str) -> str:
    """``name`` without case and accents, with one space between its words.

    By Unicode's compatibility decomposition and full case folding; a letter that these leave
    alone, like the Danish ø, is a letter of its own.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(letter for letter in folded if not _is_ignored(letter))
    spaced = "".join(
        f" {letter}" if _is_of_word(letter) and not _is_of_word(previous) else letter
        for previous, letter in pairwise(f" {letters}")
    )
    return " ".join((spaced.strip() or name).split())


def beginnings(text: str) -> list[str]:
    """The beginnings of words that ``text`` looks for in folded names; none implies another."""
    folded = fold(text)
    words = "".join(letter if _is_of_word(letter) else " " for letter in folded)
    found = sorted(set(words.split() or folded.split()))
    return [word for word, next_one in pairwise([*found, ""]) if not next_one.startswith(word)]


def _is_ignored(letter: str) -> bool:
    is_invisible = unicodedata.category(letter) == "Cf"
    return is_invisible or unicodedata.combining(letter) in _ACCENTS


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.category(letter)[0] == "M"
