"""The demonstration reasoner: six acts by rules, deterministic, and able to be wrong."""

from dataclasses import replace

import pytest

from pipeline.core.cot import as_text, assemble, numbered_edges
from pipeline.core.masking import MASK
from pipeline.core.method import make_trace
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import ReasonerKind, Side
from tests.factories.method import CONFIG, question, tools


@pytest.fixture(scope="module")
def reasoner(graph):
    return DemonstrationReasoner(graph)


def told(graph, asked):
    return make_trace(asked, tools(graph), CONFIG)


def test_it_never_passes_for_a_model(reasoner):
    assert reasoner.kind is ReasonerKind.DEMONSTRATION


def test_the_answer_is_one_mention_when_a_node_bears_its_name(reasoner):
    answer = [m for m in reasoner.extract(question()).mentions if m.side is Side.ANSWER]
    assert [mention.text for mention in answer] == ["Salbutamol"]


def test_names_within_a_longer_answer_are_mentions_too(reasoner):
    asked = question(options=("Give inhaled Salbutamol", "Nothing"))
    answer = [m for m in reasoner.extract(asked).mentions if m.side is Side.ANSWER]
    assert [mention.text for mention in answer] == ["Give inhaled Salbutamol", "Salbutamol"]
    assert (answer[1].start, answer[1].end) == (13, 23)


def test_an_explanation_gives_mentions_of_its_own_and_yes_is_none(reasoner):
    explained = "Propranolol helps, as does blood."
    asked = question("Asthma?", options=("yes", "no", "maybe"), long_answer=explained)
    extraction = reasoner.extract(asked)
    found = [(m.text, m.side, m.start) for m in extraction.mentions]
    assert found == [("Asthma", Side.QUESTION, 0), ("Propranolol", Side.EXPLANATION, 0)]
    assert [(d.text, d.side) for d in extraction.dropped] == [("blood", Side.EXPLANATION)]


def test_every_step_cites_edges_and_says_what_they_say(graph):
    trace = told(graph, question())
    text = as_text(trace.cot)
    assert all(step.edges for step in trace.cot.steps)
    assert "Salbutamol is indicated for asthma." in text
    assert "A, Salbutamol" in trace.cot.conclusion
    assert "group of related diseases" in text
    cited = {edge for step in trace.cot.steps for edge in step.edges}
    assert cited == set(numbered_edges(trace.paths))


YES_NO = ("yes", "no", "maybe")


@pytest.mark.parametrize(
    ("options", "key", "explained", "reaches"),
    [
        (YES_NO, 1, "Salbutamol helped those with asthma.", False),
        (("Fluids", "Rest"), 0, "Salbutamol helped.", False),
        (("Salbutamol", "Propranolol"), 0, "Salbutamol helped those with migraine.", True),
        (("Salbutamole", "Propranolol"), 0, "Salbutamol helped.", True),
        (("Give Salbutamol", "Propranolol"), 0, "It helped in asthma.", True),
    ],
)
def test_a_conclusion_claims_the_answer_only_where_paths_end_there(
    graph, options, key, explained, reaches
):
    trace = told(graph, question(options=options, key=key, long_answer=explained))
    assert trace.reaches_answer is reaches
    answer = f"{'ABC'[key]}, {options[key]}"
    apart = "they reach no entity of the answer itself. The source answers " + answer
    assert (apart in trace.cot.conclusion) is not reaches
    assert (f"lead to {answer}" in trace.cot.conclusion) is reaches


def test_what_is_contraindicated_is_worded_as_that_and_found_by_the_reader(graph):
    trace = told(graph, question("A man has asthma. Which drug is contraindicated?", key=1))
    assert "Propranolol is contraindicated in asthma." in trace.cot.steps[0].text
    assert "to avoid" in trace.cot.conclusion
    assert trace.kept


def test_an_exception_is_concluded_as_one(graph):
    asked = question(
        "All of these are used in asthma or are findings of asthma EXCEPT which?",
        options=("Salbutamol", "Wheezing", "Fever"),
        key=2,
    )
    trace = told(graph, asked)
    assert "absent in asthma" in as_text(trace.cot)
    assert "the one that does not fit" in trace.cot.conclusion
    assert trace.kept


def test_a_shared_hop_is_told_once_and_referred_to(graph, reasoner):
    trace = told(graph, question("Fever and asthma: which gene explains?", ("ADRB2", "REST")))
    text = as_text(trace.cot)
    sentences = [s for s in text.replace("\n", " ").split(". ") if "is recorded as a target" in s]
    assert len(sentences) == len(set(sentences))
    assert assemble(reasoner.generate(trace.question, trace.paths), trace.paths) == trace.cot


def test_the_reader_never_sees_the_answer_key(reasoner):
    text = f"1. {MASK} is indicated for asthma."
    asked = question()
    lied_to = replace(asked, answer_label="D", answer_text="Allopurinol", long_answer="Gout")
    assert reasoner.answer(asked, text) == reasoner.answer(lied_to, text)
    assert reasoner.answer(asked, text).label == "A"


def test_the_reader_prefers_nobody_without_a_reason(reasoner):
    asked = question("Which is it?")
    assert reasoner.answer(asked, "1. Nothing is known.").label is None
    tied = question("Which drug treats migraine?", ("Propranolol", "Acetylsalicylic acid"))
    assert reasoner.answer(tied, f"1. {MASK} is indicated for migraine.").label is None


def test_the_reader_can_be_wrong(graph):
    asked = question("A man has wheezing. Which drug is it?", key=1)
    trace = told(graph, asked)
    assert trace.read_answer.label == "A"
    assert trace.verdict.rejections == ("answer",)


@pytest.mark.parametrize("stated", ["is indicated for", "is contraindicated in"])
def test_no_side_is_taken_for_yes_or_no(reasoner, stated):
    asked = question("Does Salbutamol help in asthma?", options=("yes", "no", "maybe"))
    read = reasoner.answer(asked, f"1. Salbutamol {stated} asthma.")
    assert read.label is None
    assert "take none" in read.explanation


def test_free_text_is_read_from_the_graph_and_judged_by_name(reasoner):
    asked = question("Gout?", options=(), key=None, answer_text="allopurinol")
    read = reasoner.answer(asked, f"1. {MASK} is indicated for gout.")
    assert read.text == "Allopurinol"
    assert reasoner.judge(asked, read.text).correct
    assert not reasoner.judge(asked, "Propranolol").correct
    assert not reasoner.judge(replace(asked, answer_text="BRCA1"), "BRCA2").correct


def test_pruning_prefers_what_the_question_asks(graph):
    treated = told(graph, question("Asthma, migraine. Which drug treats him?", key=1))
    avoided = told(graph, question("Asthma, migraine. Which drug is contraindicated?", key=1))
    assert treated.paths[0].nodes[0].name == "migraine"
    assert avoided.paths[0].nodes[0].name == "asthma"
