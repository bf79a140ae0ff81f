"""The placebo: a question towards a wrong option, and which option is wrong, drawn or nearest."""

from dataclasses import replace

import pytest

from pipeline.core.config import preset
from pipeline.core.method import make_trace
from pipeline.core.placebo import nearest_wrong_labels, random_wrong_label, towards, wrong_labels
from tests.factories.method import question, tools
from tests.peers.rehearsed import Rehearsed

CONFIG = preset("lexical")


def requests_for(graph, asked):
    """Everything a model is asked about the question, from extraction to the second reader."""
    rehearsed = Rehearsed(graph, CONFIG.model)
    make_trace(asked, tools(graph, rehearsed, CONFIG), CONFIG)
    return [(request.prompt_name, request.messages) for request in rehearsed.model.asked]


def test_the_prompts_of_a_placebo_are_those_of_a_question_with_that_key(graph):
    asked = question(long_answer="Salbutamol opens the airways.")
    placebo = requests_for(graph, towards(asked, "B"))
    assert placebo == requests_for(graph, question(key=1))
    assert len(placebo) >= 4
    assert placebo != requests_for(graph, replace(asked, long_answer=""))
    assert "placebo" not in str(placebo).lower()
    assert "opens the airways" not in str(placebo)


def test_a_placebo_keeps_what_seeds_and_samples_know_a_question_by():
    asked = question(id_in_source="q7")
    placebo = towards(asked, "C")
    assert (placebo.source, placebo.id_in_source) == (asked.source, "q7")
    assert (placebo.text, placebo.options) == (asked.text, asked.options)
    assert (placebo.answer_label, placebo.answer_text) == ("C", "Acetylsalicylic acid")
    with pytest.raises(KeyError):
        towards(asked, "Z")


@pytest.mark.parametrize(
    ("options", "key", "wrong"),
    [
        (("one", "two", "three"), 1, "AC"),
        # The same text under another label is as right as the key.
        (("Aspirin", "aspirin.", "Urea"), 0, "C"),
        (("Aspirin", " ASPIRIN"), 0, ""),
        (("one", "two"), None, ""),
        ((), None, ""),
        (("one",), 0, ""),
    ],
    ids=range(6),
)
def test_wrong_is_every_option_that_does_not_say_what_the_key_says(options, key, wrong):
    assert "".join(wrong_labels(question(options=options, key=key))) == wrong


def test_the_random_option_is_drawn_by_seed_and_question_and_reaches_each():
    drawn = {
        random_wrong_label(question(id_in_source=str(number)), seed=seed)
        for number in range(8)
        for seed in range(4)
    }
    assert drawn == {"B", "C", "D"}
    assert random_wrong_label(question(), seed=3) == random_wrong_label(question(), seed=3)
    assert random_wrong_label(question(options=(), key=None), seed=0) is None


def nearest(graph, *options, key=0):
    return "".join(nearest_wrong_labels(graph, question(options=options, key=key)))


def test_nearest_is_the_node_of_the_same_type_with_the_most_neighbours_in_common(graph):
    # Salbutamol and Propranolol share asthma and ADRB2; gout is a disease.
    assert nearest(graph, "Salbutamol", "gout", "Allopurinol", "Propranolol") == "DCB"


def test_an_option_that_names_no_node_is_farther_than_any_that_does(graph):
    assert nearest(graph, "Salbutamol", "Salbutamole", "Allopurinol")[0] == "C"


def test_where_the_key_names_no_node_spelling_decides(graph):
    sentences = ("Begin oral rehydration", "Order a chest X-ray", "Begin oral antibiotics")
    assert nearest(graph, *sentences) == "CB"
    assert nearest(graph, "Nothing of this", "Salbutamol", "None of this") == "CB"


@pytest.mark.parametrize(("key", "order"), [(0, "CB"), (1, "CA"), (2, "AB")])
def test_between_stances_their_order_decides_not_their_spelling(graph, key, order):
    assert nearest(graph, "yes", "no", "maybe", key=key) == order


def test_the_nearest_is_the_same_every_time_and_never_the_key(graph):
    asked = question(options=("Urea", "Urea", "Allopurinol", "Fever"), key=0)
    assert nearest_wrong_labels(graph, asked) == nearest_wrong_labels(graph, asked)
    assert set(nearest_wrong_labels(graph, asked)) == {"C", "D"}
    assert nearest_wrong_labels(graph, question(options=(), key=None)) == ()
