"""Names as they are searched and sorted: without case and accents, word by word.

It is done here and not by the databases, each of which has rules of its own.
"""

import re
import unicodedata
from itertools import pairwise

_BEGINNING_OF_WORD = re.compile(r"(?<=[^\w\s])(?=\w)")
_IGNORED = ("M", "Cf")  # marks, accents among them, and what is invisible


def fold(name: str) -> str:
    """``name`` without case and accents, and a space before each of its words.

    By Unicode's compatibility decomposition and full case folding; a letter that these leave
    alone, like the Danish ø, is a letter of its own.
    """
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    letters = (
        letter
        for letter in unicodedata.normalize("NFKD", decomposed)
        if not unicodedata.category(letter).startswith(_IGNORED)
    )
    return " ".join(_BEGINNING_OF_WORD.sub(" ", "".join(letters)).split())


def beginnings(text: str) -> list[str]:
    """The beginnings of words that ``text`` looks for in folded names; none implies another."""
    folded = fold(text)
    words = sorted(set(re.findall(r"\w+", folded) or folded.split()))
    return [word for word, next_one in pairwise([*words, ""]) if not next_one.startswith(word)]
