"""Which conclusions name the key's option and no other."""

from dataclasses import replace

import pytest

from pipeline.core.filtering.conclusion import check_conclusion
from pipeline.core.records import LinkedEntity, LinkStage, Mention, Node, NodeType, Side
from tests.core.filtering.conclusion import conclusions
from tests.core.filtering.test_filters import given
from tests.factories.method import question


def linked_to(name: str) -> LinkedEntity:
    node = Node(0, "0", name, NodeType.DRUG, "")
    return LinkedEntity(Mention("x", Side.ANSWER, 0, 1), node, LinkStage.EXACT, 1.0, 1)


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
