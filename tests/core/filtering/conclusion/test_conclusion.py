"""Which conclusions name the key's option and no other."""

from dataclasses import replace

import pytest

from pipeline.core.filtering.conclusion import check_conclusion
from pipeline.core.records import LinkedEntity, LinkStage, Mention, Node, NodeType, Side
from tests.core.filtering.conclusion import conclusions
from tests.core.filtering.test_filters import given
from tests.factories.method import question


def linked_to(name: str, side: Side = Side.ANSWER) -> LinkedEntity:
    node = Node(0, "0", name, NodeType.DRUG, "")
    return LinkedEntity(Mention("x", side, 0, 1), node, LinkStage.EXACT, 1.0, 1)


def check(case, conclusion):
    key = "ABCDE".index(case.key) if case.options else None
    answer = {} if case.options else {"answer_text": case.key}
    asked = question(case.asks, case.options, key, **answer)
    linked = tuple(map(linked_to, case.linked))
    return check_conclusion(replace(given(asked=asked, conclusion=conclusion), linked=linked))


def cases(table):
    return [
        pytest.param(case, text, passes, id=f"{at}-{passes}-{text[:60]}")
        for at, case in enumerate(table)
        for passes, texts in ((True, case.passing), (False, case.failing))
        for text in texts
    ]


@pytest.mark.parametrize(
    ("case", "text", "passes"), cases((*conclusions.SEEN, *conclusions.HELD_OUT))
)
def test_a_conclusion_names_the_key_and_no_other_option(case, text, passes):
    result = check(case, text)
    assert (result.passed, result.score) == (passes, float(passes)), result.explanation


@pytest.mark.parametrize(("side", "passes"), [(Side.ANSWER, True), (Side.EXPLANATION, False)])
def test_synonyms_of_the_answers_own_entities_name_it(side, passes):
    inputs = given(asked=question(), conclusion="The child needs albuterol.")
    linked = (linked_to("Salbutamol", side),)
    result = check_conclusion(replace(inputs, linked=linked, synonyms=lambda index: ("albuterol",)))
    assert result.passed is passes


@pytest.mark.parametrize(
    ("conclusion", "says"),
    [
        ("It is salbutamol.", "names A (Salbutamol), the answer key, and no other option"),
        ("It is A or B.", "names A (Salbutamol), the answer key, but also B (Propranolol)"),
        ("It is B.", "names B (Propranolol); the answer key is A (Salbutamol)"),
        ("Not option A.", "names A (Salbutamol), the answer key, only to exclude it"),
        ("It rains.", "names no option; the answer key is A (Salbutamol)"),
    ],
)
def test_the_explanation_says_what_the_conclusion_names(conclusion, says):
    result = check_conclusion(given(asked=question(), conclusion=conclusion))
    assert says in result.explanation
