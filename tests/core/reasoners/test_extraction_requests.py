"""What extraction asks of a model: terms of each text, short, of the graph's types."""

import json

import pytest

from pipeline.core.llm.structured import UnusableText, checked_value
from pipeline.core.reasoners.language_model import requests
from pipeline.core.reasoners.language_model.answers import Entities
from pipeline.core.reasoners.language_model.mention_spans import extraction_of
from pipeline.core.records import NodeType
from tests.core.reasoners.asked import ASTHMA, MODEL, data_of, takes
from tests.factories.method import question


def terms(*asked, **others):
    others = {"answer": [], "absent": [], "family": [], "past": [], "names": []} | others
    return {"question": list(asked)} | others


def test_extraction_reads_the_question_and_its_answer_and_holds_types_to_the_graphs():
    request = requests.extract_request(question(), MODEL)
    assert data_of(request) == {"question": question().text, "answer": "Salbutamol"}
    assert takes(request, terms(ASTHMA))
    assert not takes(request, terms(ASTHMA | {"type": "illness"}))
    assert not takes(request, terms(*[ASTHMA] * 13))
    assert not takes(request, terms(ASTHMA, explanation=[]))


def test_a_term_is_no_longer_than_names_are():
    request = requests.extract_request(question(), MODEL)
    assert takes(request, terms(ASTHMA | {"text": "a" * 80}))
    assert not takes(request, terms(ASTHMA | {"text": "a" * 81}))
    text = json.dumps(terms(ASTHMA | {"text": "a" * 81}))
    with pytest.raises(UnusableText, match=r"question\.0\.text: .* at most 80 characters"):
        checked_value(text, request.answer_type)


def test_an_explanation_has_a_list_of_its_own():
    request = requests.extract_request(question(long_answer="It relaxes the bronchi."), MODEL)
    assert data_of(request)["explanation"] == "It relaxes the bronchi."
    assert takes(request, terms(ASTHMA, explanation=[ASTHMA]))
    assert not takes(request, terms(ASTHMA))


def test_the_types_stand_in_words_whatever_holds_the_answer_to_them():
    said = requests.extract_request(question(), MODEL).messages[0].content
    assert all(kind.value in said for kind in NodeType)


@pytest.mark.parametrize("long_answer", ["", "It relaxes the bronchi."])
def test_examples_are_answers_that_would_be_accepted(long_answer):
    request = requests.extract_request(question(long_answer=long_answer), MODEL)
    examples = [m.content for m in request.messages if m.role == "assistant"]
    shown = [m.content for m in request.messages[1:-1] if m.role == "user"]
    assert len(examples) == len(shown) == 2
    for example, text in zip(examples, shown, strict=True):
        entities = request.answer_type.model_validate(json.loads(example), strict=False)
        data = json.loads(text.partition("<data>")[2].partition("</data>")[0])
        asked = question(data["question"], (), None, answer_text=data["answer"])
        assert isinstance(entities, Entities)
        assert extraction_of(entities, asked).dropped == ()
