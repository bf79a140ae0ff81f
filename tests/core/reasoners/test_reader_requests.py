"""What the second reader is asked: never with the key before it, and with one thing to decide."""

from dataclasses import replace

import pytest

from pipeline.core.method import make_trace
from pipeline.core.reasoners.language_model import requests
from pipeline.core.records import Step
from tests.core.reasoners.asked import FREE, MODEL, STANCE, data_of, takes
from tests.factories.method import CONFIG, question, tools


@pytest.fixture(scope="module")
def paths(graph):
    return make_trace(question(), tools(graph), CONFIG).paths


def test_the_second_reader_sees_no_answer_key(paths):
    asked = question(long_answer="It relaxes the bronchi.", context="An abstract.")
    request = requests.answer_request(asked, "1. [an option] helps.", MODEL)
    assert data_of(request) == {
        "question": asked.text,
        "options": {o.label: o.text for o in asked.options},
        "reasoning": "1. [an option] helps.",
    }
    lied_to = replace(asked, answer_label="D", answer_text="Allopurinol")
    assert (
        requests.answer_request(lied_to, "1. [an option] helps.", MODEL).messages
        == request.messages
    )
    good = {"explanation": "It does.", "label": "D", "confidence": 10}
    assert takes(request, good)
    assert takes(request, good | {"label": None, "confidence": 0})
    for wrong in ({"label": "E"}, {"confidence": 11}, {"confidence": 0.5}, {"confidence": True}):
        assert not takes(request, good | wrong)


def test_the_reader_without_reasoning_is_told_of_none():
    alone = requests.answer_request(question(), None, MODEL)
    assert "reasoning" not in data_of(alone)
    assert "[an option]" not in alone.messages[0].content
    assert alone.answer_type is requests.answer_request(question(), "1. x", MODEL).answer_type


def test_stances_are_read_and_concluded_in_their_own_words(paths):
    assert "speaks for yes" in requests.answer_request(STANCE, "1. x", MODEL).messages[0].content
    assert (
        "yes or no or maybe" in requests.generate_request(STANCE, paths, MODEL).messages[0].content
    )


def test_paths_that_end_at_the_explanation_are_told_as_such(paths):
    asked = question(long_answer="It relaxes the bronchi.")
    for reaches, told in ((True, None), (False, "explanation")):
        request = requests.generate_request(asked, paths, MODEL, reaches_answer=reaches)
        assert data_of(request).get("reaches") == told
        assert ("never write that they lead to it" in request.messages[0].content) is not reaches


def test_steps_are_compared_with_the_facts_they_cite(paths):
    steps = (Step(1, "It helps.", paths[0].edges), Step(2, "So.", paths[0].edges[:1]))
    request = requests.check_steps_request(question(), steps, paths, MODEL)
    told = data_of(request)["steps"]
    assert [told[name]["text"] for name in ("s1", "s2")] == ["It helps.", "So."]
    assert all(told[name]["facts"] for name in told)
    one = {"explanation": "They do.", "support": "supported"}
    assert takes(request, {"s1": one, "s2": one})
    assert not takes(request, {"s1": one})
    assert not takes(request, {"s1": one, "s2": one | {"support": "yes"}})


def test_two_chains_are_compared_and_none_need_be_better():
    request = requests.compare_request(question(), "1. a", "1. b", MODEL)
    assert (data_of(request)["first"], data_of(request)["second"]) == ("1. a", "1. b")
    assert takes(request, {"explanation": "Equal.", "better": "neither"})
    assert not takes(request, {"explanation": "Equal.", "better": "both"})


def test_free_text_is_read_and_judged_in_words():
    read = requests.answer_request(FREE, "1. [an option] helps.", MODEL)
    assert "options" not in data_of(read)
    assert takes(read, {"explanation": "It does.", "answer": "sleep", "confidence": 3})
    judged = requests.judge_request(FREE, "sleep", MODEL)
    assert data_of(judged) == {"question": FREE.text, "expected": "rest", "given": "sleep"}
    assert takes(judged, {"explanation": "Not the same.", "correct": False})
    assert not takes(judged, {"explanation": "Not the same.", "correct": "no"})
