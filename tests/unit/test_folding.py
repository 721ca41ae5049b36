import pytest

from classroom.models.folding import fold, word_prefixes


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("José García", "jose garcia"),
        ("Jose\u0301 Garci\u0301a", "jose garcia"),
        ("JOSÉ  GARCÍA ", "jose garcia"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("O'Neil", "o' neil"),
        ("Anne-Marie", "anne- marie"),
        ("(Bob)", "( bob)"),
        ("ﬁ\u00ad\u200dx", "fix"),
        ("Ørsted", "ørsted"),
        ("\u200d", "\u200d"),
        ("\u0301", "\u0301"),
        ("राम रीमा", "राम रीमा"),
        ("กิน", "กิน"),
        ("שָׁלוֹם", "שלום"),
        ("🙂", "🙂"),
        (" ", " "),
    ],
)
def test_folding_removes_case_accents_and_extra_spaces(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("García, José", ["garcia", "jose"]),
        ("gar garcia ga", ["garcia"]),
        ("o'neil", ["neil", "o"]),
        ("🙂", ["🙂"]),
        ("🙂 bob", ["bob"]),
        ("\u200d", ["\u200d"]),
        ("राम", ["राम"]),
    ],
)
def test_word_prefixes_are_distinct(text: str, words: list[str]) -> None:
    assert word_prefixes(text) == words
