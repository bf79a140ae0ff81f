"""Contrast: rivals are made as the CoT was, compared in both orders, and decide by winning both."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import pytest

from pipeline.core.checks.contrast import with_facts
from pipeline.core.config import ChecksConfig
from pipeline.core.errors import MalformedOutput
from pipeline.core.kg.index import GraphIndex
from pipeline.core.masking import MASK, MaskedReasoning
from pipeline.core.method import make_trace
from pipeline.core.reasoner import Preference
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import Preferred
from tests.factories.method import CONFIG, question, tools

CONTRAST = replace(CONFIG, checks=ChecksConfig(contrast=1))
# Two drugs for the two findings of one case, so that a chain can be written for either.
CASE = "A man with asthma and migraine comes in. Which drug treats this?"


@dataclass
class Choosing(DemonstrationReasoner):
    """The demonstration, but it prefers what a function of the two texts says."""

    graph: GraphIndex
    choose: Callable[[str, str], Literal["first", "second", "neither"]]
    shown: list = field(default_factory=list)

    def __post_init__(self):
        DemonstrationReasoner.__init__(self, self.graph)

    def compare(self, question, first, second):
        self.shown.append((first, second))
        return Preference(self.choose(first, second), "As told.")


def compared(graph, choose, config=CONTRAST, **asked):
    reader = Choosing(graph, choose)
    made_with = replace(tools(graph), second_reader=reader)
    return make_trace(question(CASE, **asked), made_with, config), reader


def verdict(trace):
    return next(result for result in trace.verdict.filters if result.name == "contrast")


def the_one_about(word):
    return lambda first, second: "first" if word in first else "second"


@pytest.mark.parametrize(
    ("choose", "passed", "score"),
    [
        (the_one_about("asthma"), True, 1.0),
        (the_one_about("migraine"), False, 0.0),
        (lambda first, second: "first", False, 0.5),
        (lambda first, second: "second", False, 0.5),
        (lambda first, second: "neither", False, 0.0),
    ],
)
def test_only_winning_in_both_orders_passes(graph, choose, passed, score):
    trace, _ = compared(graph, choose, options=("Salbutamol", "Acetylsalicylic acid"))
    assert (verdict(trace).passed, verdict(trace).score) == (passed, score)
    assert not verdict(trace).decides


def test_the_reader_sees_both_chains_masked_once_in_each_order(graph):
    trace, reader = compared(
        graph, the_one_about("asthma"), options=("Salbutamol", "Acetylsalicylic acid")
    )
    (first, second), again = reader.shown
    assert again == (second, first)
    for text in (first, second):
        assert MASK in text
        assert "Facts:" in text
        assert not any(name in text for name in ("Salbutamol", "Acetylsalicylic"))
        assert "therefore" not in text
    assert [c.key_first for c in trace.rivals[0].comparisons] == [True, False]


def test_a_rival_is_kept_whole_and_marked_with_its_option(graph):
    trace, _ = compared(
        graph, the_one_about("asthma"), options=("Salbutamol", "Acetylsalicylic acid")
    )
    (rival,) = trace.rivals
    assert (rival.label, rival.text) == ("B", "Acetylsalicylic acid")
    assert rival.cot.steps
    assert rival.paths[0].nodes[-1].name == "Acetylsalicylic acid"
    assert {c.preferred for c in rival.comparisons} == {Preferred.KEY}


def test_where_no_rival_can_be_written_nothing_is_compared(graph):
    trace, reader = compared(graph, the_one_about("asthma"), options=("Salbutamol", "Prayer"))
    assert reader.shown == []
    assert (verdict(trace).passed, verdict(trace).score) == (True, None)
    assert "answer not mapped" in verdict(trace).explanation


def test_chains_that_could_not_be_masked_are_not_compared(graph, monkeypatch):
    unsafe = MaskedReasoning("1. Observe.", ("Observe",))
    monkeypatch.setattr("pipeline.core.checks.contrast.mask_options", lambda *given: unsafe)
    trace, reader = compared(
        graph, the_one_about("asthma"), options=("Salbutamol", "Acetylsalicylic acid")
    )
    assert reader.shown == []
    assert trace.rivals[0].failure.reason == "unmasked"
    assert verdict(trace).score is None
    assert "unmasked" in verdict(trace).explanation


def test_as_many_rivals_as_asked_shared_neighbours_then_spelling(graph):
    config = replace(CONTRAST, checks=ChecksConfig(contrast=1, rivals=2))
    trace, _ = compared(graph, the_one_about("asthma"), config)
    assert [rival.label for rival in trace.rivals] == ["B", "D"]


def test_a_reader_that_fails_leaves_the_rival_with_the_reason_and_passes_nothing(graph):
    def fail(first, second):
        raise MalformedOutput("No JSON.", stage="filtering")

    trace, _ = compared(graph, fail, options=("Salbutamol", "Acetylsalicylic acid"))
    assert trace.rivals[0].failure.reason == "malformed_output"
    assert trace.failure is None
    assert (verdict(trace).passed, verdict(trace).score) == (False, None)
    assert "malformed output" in verdict(trace).explanation


def test_questions_without_options_have_no_rivals(graph):
    trace, _ = compared(graph, the_one_about("x"), options=(), key=None, answer_text="Salbutamol")
    assert trace.rivals == ()
    assert all(result.name != "contrast" for result in trace.verdict.filters)


def test_facts_are_the_graphs_own_sentences_of_what_a_step_cites(graph):
    trace, _ = compared(
        graph, the_one_about("asthma"), options=("Salbutamol", "Acetylsalicylic acid")
    )
    text = with_facts(trace.cot, trace.paths).steps[0].text
    assert "[Facts: Salbutamol is indicated for asthma" in text


def test_equal_inputs_give_equal_rivals(graph):
    one, other = (compared(graph, the_one_about("asthma"))[0] for _ in range(2))
    assert one == other
