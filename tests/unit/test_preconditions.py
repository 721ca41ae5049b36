import pytest

from classroom.http.preconditions import Outcome, entity_tag, evaluate

TAG = '"abc"'


@pytest.mark.parametrize(
    ("field", "outcome"),
    [
        ('"abc"', Outcome.HOLDS),
        ('"x", "abc"', Outcome.HOLDS),
        ('"a,b" , "abc"', Outcome.HOLDS),
        ("*", Outcome.HOLDS),
        ('"x", *', Outcome.HOLDS),
        ('W/"abc"', Outcome.FAILED),
        ('"x"', Outcome.FAILED),
        ('"*"', Outcome.FAILED),
        ('"x,"abc', Outcome.FAILED),
        ("", Outcome.FAILED),
    ],
)
def test_if_match_compares_strongly(field: str, outcome: Outcome) -> None:
    assert evaluate({"HTTP_IF_MATCH": field}, TAG) is outcome


@pytest.mark.parametrize(
    ("field", "outcome"),
    [
        ('"abc"', Outcome.UNCHANGED),
        ('W/"abc"', Outcome.UNCHANGED),
        ('"x",W/"abc"', Outcome.UNCHANGED),
        ("*", Outcome.UNCHANGED),
        ('"x", *', Outcome.UNCHANGED),
        ('"x"', Outcome.HOLDS),
        ('"*"', Outcome.HOLDS),
    ],
)
def test_if_none_match_compares_weakly(field: str, outcome: Outcome) -> None:
    assert evaluate({"HTTP_IF_NONE_MATCH": field}, TAG) is outcome


def test_without_preconditions_the_outcome_holds() -> None:
    assert evaluate({}, TAG) is Outcome.HOLDS


def test_if_match_is_evaluated_before_if_none_match() -> None:
    both = {"HTTP_IF_MATCH": '"x"', "HTTP_IF_NONE_MATCH": '"abc"'}
    assert evaluate(both, TAG) is Outcome.FAILED
    assert evaluate({**both, "HTTP_IF_MATCH": "*"}, TAG) is Outcome.UNCHANGED


def test_an_entity_tag_is_a_strong_hash_of_the_bytes() -> None:
    assert entity_tag(b"a") == entity_tag(b"a") != entity_tag(b"b")
    assert entity_tag(b"a")[0] == entity_tag(b"a")[-1] == '"'
