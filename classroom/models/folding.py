"""Fold names for search and order: without case and accents, word by word.

Python folds, since each database has rules of its own.
"""

import unicodedata
from itertools import pairwise

# The combining classes of marks above, below and across a letter, and of the points of Hebrew and
# Arabic. Other marks, like the vowel signs of Hindi and Thai, count as letters.
_ACCENTS = frozenset({1, *range(10, 36), *range(200, 241)})


def fold(name: str) -> str:
    """Return ``name`` without case and accents, with one space between its words.

    Apply Unicode's compatibility decomposition and full case folding. A letter that these do not
    decompose, like the Danish ø, stays as it is.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(letter for letter in folded if not _is_ignored(letter))
    spaced = "".join(
        f" {letter}" if _is_of_word(letter) and not _is_of_word(previous) else letter
        for previous, letter in pairwise(f" {letters}")
    )
    return " ".join((spaced.strip() or name).split()) or name


def beginnings(text: str) -> list[str]:
    """Return the beginnings of words to search folded names for; none is a prefix of another."""
    folded = fold(text)
    words = "".join(letter if _is_of_word(letter) else " " for letter in folded)
    found = sorted(set(words.split() or folded.split()))
    return [word for word, next_one in pairwise([*found, ""]) if not next_one.startswith(word)]


def _is_ignored(letter: str) -> bool:
    is_invisible = unicodedata.category(letter) == "Cf"
    return is_invisible or unicodedata.combining(letter) in _ACCENTS


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.category(letter)[0] == "M"
