"""Fold names for searching and sorting: remove case and accents, and separate words with spaces.

This is done in Python because each database has different rules.
"""

import unicodedata
from itertools import pairwise

# The combining classes of marks above, below and across a letter, and of the points of Hebrew and
# Arabic. Other marks, like the vowel signs of Hindi and Thai, count as letters.
_ACCENTS = frozenset({1, *range(10, 36), *range(200, 241)})


def fold(name: str) -> str:
    """Return ``name`` without case and accents, with one space between words.

    It applies Unicode's compatibility decomposition and full case folding. Letters that have no
    decomposition, like the Danish ø, are kept.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(letter for letter in folded if not _is_ignored(letter))
    spaced = "".join(
        f" {letter}" if _is_word_character(letter) and not _is_word_character(previous) else letter
        for previous, letter in pairwise(f" {letters}")
    )
    return " ".join((spaced.strip() or name).split()) or name


def word_prefixes(text: str) -> list[str]:
    """Return the prefixes of words to search folded names for. None is a prefix of another."""
    folded = fold(text)
    words = "".join(letter if _is_word_character(letter) else " " for letter in folded)
    found = sorted(set(words.split() or folded.split()))
    return [word for word, following in pairwise([*found, ""]) if not following.startswith(word)]


def _is_ignored(letter: str) -> bool:
    is_invisible = unicodedata.category(letter) == "Cf"
    return is_invisible or unicodedata.combining(letter) in _ACCENTS


def _is_word_character(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.category(letter)[0] == "M"
