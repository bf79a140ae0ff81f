"""Further readings: which are made, of what, and what becomes of one that fails."""

from dataclasses import dataclass, field, replace

import pytest

from pipeline.core.checks.readings import permuted
from pipeline.core.checks.sampling import is_drawn
from pipeline.core.config import ChecksConfig
from pipeline.core.errors import MalformedOutput
from pipeline.core.kg.index import GraphIndex
from pipeline.core.method import make_trace
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import Question, ReadAnswer, ReadingKind
from tests.factories.method import CONFIG, DRUGS, question, tools

ALL = ChecksConfig(without_cot=1, other_cot=1, permuted_options=1, other_reader=1)


def configured(checks=ALL):
    return replace(CONFIG, checks=checks)


@dataclass
class Listening(DemonstrationReasoner):
    """The demonstration, keeping what it was asked to read; it answers by a table, or as ever."""

    graph: GraphIndex
    answers: dict = field(default_factory=dict)
    fails_without: bool = False
    read: list = field(default_factory=list)

    def __post_init__(self):
        DemonstrationReasoner.__init__(self, self.graph)

    def answer(self, question, masked_reasoning):
        self.read.append((question, masked_reasoning))
        if masked_reasoning is None and self.fails_without:
            raise MalformedOutput("No JSON.", stage="filtering")
        text = self.answers.get(masked_reasoning is None)
        if text is None:
            return super().answer(question, masked_reasoning)
        label = next(option.label for option in question.options if option.text == text)
        return ReadAnswer(label, text, "As told.", 0.75)


def made(graph, *, reader=None, others=(), checks=ALL, asked=None):
    made_with = replace(
        tools(graph),
        second_reader=reader or Listening(graph),
        other_questions=lambda question: others,
    )
    return make_trace(asked or question(), made_with, configured(checks))


def filters(trace):
    return {result.name: result for result in trace.verdict.filters}


def test_none_is_made_unless_asked_for(graph):
    trace = made(graph, checks=ChecksConfig())
    assert trace.readings == ()
    assert not {"margin", "question_alone", "agreement", "permutation"} & filters(trace).keys()


def test_without_the_cot_the_reader_sees_the_question_alone(graph):
    reader = Listening(graph, {True: "Propranolol", False: "Salbutamol"})
    trace = made(graph, reader=reader, checks=ChecksConfig(without_cot=1))
    reading = trace.reading(ReadingKind.WITHOUT_COT)
    assert [reasoning for _, reasoning in reader.read][1:] == [None]
    assert (reading.answer.label, reading.correct) == ("B", False)
    margin = filters(trace)["margin"]
    # 0.75 for the key with the CoT; without it 0.75 for another, the rest shared by three.
    assert margin.score == pytest.approx(0.75 - 0.25 / 3)
    assert filters(trace)["question_alone"].passed


def test_an_answer_that_follows_from_the_question_alone_is_marked(graph):
    reader = Listening(graph, {True: "Salbutamol", False: "Salbutamol"})
    results = filters(made(graph, reader=reader))
    assert not results["question_alone"].passed
    assert (results["margin"].score, results["margin"].passed) == (0, True)


def test_a_cot_that_makes_the_key_less_sure_has_no_margin(graph):
    reader = Listening(graph, {True: "Salbutamol", False: "Propranolol"})
    assert not filters(made(graph, reader=reader))["margin"].passed


def test_the_other_cot_is_that_of_the_first_question_that_comes_to_one(graph):
    hopeless = question("Whom does one tell of an error?")
    other = question("A man with gout: which drug treats it?", key=3, id_in_source="2")
    reader = Listening(graph)
    trace = made(graph, reader=reader, others=(hopeless, other))
    assert trace.reading(ReadingKind.OTHER_COT)
    read = next(text for asked, text in reader.read if text and "gout" in text)
    assert "Allopurinol" not in read


def test_without_another_question_there_is_no_such_reading(graph):
    assert made(graph).reading(ReadingKind.OTHER_COT) is None


def test_an_answer_among_permuted_options_is_told_by_its_own_label(graph):
    reader = Listening(graph, {False: "Propranolol"})
    trace = made(graph, reader=reader)
    shown = reader.read[-1][0] if reader.read[-1][0].options != question().options else None
    shown = shown or next(asked for asked, _ in reader.read if asked.options != question().options)
    assert sorted(option.text for option in shown.options) == sorted(DRUGS)
    assert trace.reading(ReadingKind.PERMUTED).answer.label == "B"
    assert filters(trace)["permutation"].passed


@pytest.mark.parametrize("seed", range(20))
def test_permuting_keeps_texts_labels_and_key(seed):
    shown, old = permuted(question(), seed)
    assert [option.label for option in shown.options] == list("ABCD")
    assert shown.options != question().options
    assert old[shown.answer_label] == "A"
    texts = {option.label: option.text for option in question().options}
    assert all(texts[old[option.label]] == option.text for option in shown.options)


def test_two_readers_that_differ_do_not_agree(graph):
    reader = Listening(graph, {False: "Propranolol"})
    result = filters(made(graph, reader=reader))["agreement"]
    assert not result.passed
    assert "B; A" in result.explanation


def test_a_failed_reading_costs_no_trace_and_shows_nothing(graph):
    trace = made(graph, reader=Listening(graph, fails_without=True))
    reading = trace.reading(ReadingKind.WITHOUT_COT)
    assert (reading.failure, reading.correct) == ("malformed_output", False)
    result = filters(trace)["margin"]
    assert (result.passed, result.score) == (False, None)
    assert "malformed output" in result.explanation
    assert trace.failure is None


@pytest.mark.parametrize("deciding", [True, False])
def test_a_check_rejects_only_if_it_is_told_to_decide(graph, deciding):
    names = ("answer", "agreement") if deciding else ("answer",)
    checks = ChecksConfig(other_reader=1, deciding=names)
    reader = Listening(graph, {False: "Salbutamol"})
    asked = question("A man with a cough and asthma: which drug treats it?", key=0)
    trace = made(graph, reader=reader, checks=checks, asked=asked)
    other = replace(trace.readings[0].answer, label="C")
    assert (trace.kept, other.label) == (True, "C")
    reader.answers[False] = "Propranolol"
    against = made(graph, reader=reader, checks=checks, asked=replace(asked, answer_label="B"))
    assert ("agreement" in against.verdict.rejections) is deciding


def test_a_share_is_drawn_by_question_and_grows_with_the_share():
    asked = [question(id_in_source=str(number)) for number in range(400)]

    def drawn(share):
        return {q.id_in_source for q in asked if is_drawn("x", share, q, CONFIG)}

    assert drawn(0) == set()
    assert len(drawn(1)) == 400
    assert 60 < len(drawn(0.2)) < 100
    assert drawn(0.2) < drawn(0.5)
    assert drawn(0.2) != {q.id_in_source for q in asked if is_drawn("y", 0.2, q, CONFIG)}


def test_a_sample_is_the_same_for_a_question_whatever_its_key():
    asked = [question(id_in_source=str(number)) for number in range(50)]
    other = [replace(one, answer_label="B", answer_text=DRUGS[1]) for one in asked]
    pairs = zip(asked, other, strict=True)
    assert all(is_drawn("x", 0.5, a, CONFIG) == is_drawn("x", 0.5, b, CONFIG) for a, b in pairs)


def test_a_free_text_answer_is_judged_without_the_cot_too(graph):
    asked = question(options=(), key=None, answer_text="Salbutamol")
    trace = made(graph, asked=asked)
    kinds = {reading.kind for reading in trace.readings}
    assert ReadingKind.WITHOUT_COT in kinds
    assert ReadingKind.PERMUTED not in kinds


def test_equal_inputs_give_equal_readings(graph):
    other: Question = question("A man with gout: which drug treats it?", key=3, id_in_source="2")
    assert made(graph, others=(other,)) == made(graph, others=(other,))
