"""Between which entities paths are searched, and why there may be none."""

import pytest

from pipeline.core.errors import AnswerNotMapped, QuestionNotMapped
from pipeline.core.linking import pairs
from pipeline.core.linking.linker import Linking
from pipeline.core.records import (
    Assertion,
    LinkedEntity,
    LinkStage,
    Mention,
    NodeType,
    OpenMention,
    Side,
)
from tests.factories.method import question
from tests.factories.paths import node

TREATS = question("Does it treat this?")
EXCEPT = question("All of these are found EXCEPT which?")
RULED_OUT = question("Which test rules out this disease?")


def entity(name: str, side: Side, assertion: Assertion = Assertion.PRESENT) -> LinkedEntity:
    mention = Mention(name, side, 0, len(name), NodeType.DISEASE, assertion)
    return LinkedEntity(mention, node(ord(name), name), LinkStage.EXACT, 1.0, 1)


def linked(asked: str, answer: str = "", explanation: str = "") -> tuple[LinkedEntity, ...]:
    """One entity a letter: small letters are present."""
    sides = zip(Side, (asked, answer, explanation), strict=True)
    return tuple(entity(name, side) for side, names in sides for name in names)


def names(asked, entities) -> str:
    return " ".join(a.name + b.name for a, b in pairs.entity_pairs(asked, entities))


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        (linked("ab", "cd"), "ac ad bc bd"),
        (linked("ab", "bc"), "ab ac"),  # what the answer names starts no path
        (linked("ab", "c", "abd"), "ac bc"),  # an explanation helps only where the answer is mute
        (linked("ab", "", "c"), "ac bc"),
        (linked("ab", "", "ab"), "ab"),  # the explanation repeats the question
        (linked("ab", "", "abc"), "ab ac bc"),
        (linked("abc", "", "abc"), "ab ac bc"),
    ],
)
def test_every_start_with_every_other_target_and_each_two_nodes_once(entities, expected):
    assert names(TREATS, entities) == expected


@pytest.mark.parametrize(
    ("assertion", "asked", "expected"),
    [
        (Assertion.ABSENT, TREATS, "bc"),
        (Assertion.ABSENT, EXCEPT, "ac bc"),
        (Assertion.ABSENT, RULED_OUT, "ac bc"),
        (Assertion.FAMILY, TREATS, "bc"),
        (Assertion.FAMILY, EXCEPT, "bc"),
        (Assertion.PAST, TREATS, "ac bc"),
    ],
)
def test_absent_findings_start_only_where_they_are_asked_for_and_relatives_never(
    assertion, asked, expected
):
    entities = (entity("a", Side.QUESTION, assertion), *linked("b", "c"))
    assert names(asked, entities) == expected


def test_what_the_answer_denies_is_no_target():
    denied = entity("c", Side.ANSWER, Assertion.ABSENT)
    assert names(TREATS, (*linked("ab", "", "d"), denied)) == "ad bd"


ABSENT = entity("a", Side.QUESTION, Assertion.ABSENT)
FAMILY = entity("b", Side.QUESTION, Assertion.FAMILY)


@pytest.mark.parametrize(
    ("entities", "error", "message"),
    [
        (linked("", "c"), QuestionNotMapped, "No node for 'x'."),
        (linked("a"), AnswerNotMapped, "No node for '7 mg'."),
        (
            linked("a", "ab"),
            QuestionNotMapped,
            "The question names only entities of its answer: a.",
        ),
        (
            linked("a", "", "a"),
            QuestionNotMapped,
            "Question and explanation name one and the same entity: a.",
        ),
        (
            (ABSENT, FAMILY, *linked("", "c")),
            QuestionNotMapped,
            "What the question names is absent, or a relative's, and begins no path: "
            "a (absent), b (family).",
        ),
    ],
)
def test_without_a_pair_the_failure_says_why(entities, error, message):
    unlinked = (
        OpenMention(Mention("x", Side.QUESTION, 0, 1), ()),
        OpenMention(Mention("7 mg", Side.ANSWER, 0, 4), ()),
    )
    with pytest.raises(error) as raised:
        pairs.require_both_sides(TREATS, Linking(entities, unlinked))
    assert raised.value.detail == message


def test_with_a_pair_nothing_is_raised():
    pairs.require_both_sides(TREATS, Linking(linked("ab", "", "ab"), ()))
    pairs.require_both_sides(EXCEPT, Linking((ABSENT, *linked("", "c")), ()))
