"""The language model reasoner: what a model says becomes records, or a failure with a reason."""

from dataclasses import replace

import pytest

from pipeline.core.config import PRESETS, ModelConfig, SimilarityConfig
from pipeline.core.errors import MalformedOutput, TransientFailure
from pipeline.core.method import make_trace
from pipeline.core.reasoner import DraftCoT, DraftStep, Preference
from pipeline.core.reasoners.language_model import LanguageModelReasoner
from pipeline.core.reasoners.language_model.mention_spans import NOT_IN_TEXT
from pipeline.core.records import (
    Candidate,
    DecidedBy,
    DroppedMention,
    Extraction,
    Mention,
    NodeType,
    OpenMention,
    ReasonerKind,
    Side,
    Step,
    StepCheck,
    Support,
)
from tests.factories.method import CONFIG, question, tools
from tests.peers.rehearsed import Rehearsed, SpokenModel

DEFAULT = replace(PRESETS["default"], similarity=SimilarityConfig(backend="lexical"))


def reasoner(*values, sample_index=0):
    model = SpokenModel(list(values))
    return LanguageModelReasoner(model, ModelConfig(), sample_index=sample_index)


def entity(text, kind="disease"):
    return {"text": text, "type": kind}


def terms(*asked, answer=()):
    """An answer of extraction."""
    apart = dict.fromkeys(("absent", "family", "past", "names"), ())
    return {"question": list(asked), "answer": list(answer), **apart}


@pytest.fixture(scope="module")
def paths(graph):
    return make_trace(question(), tools(graph), CONFIG).paths


def test_it_says_what_it_is():
    assert reasoner().kind is ReasonerKind.LANGUAGE_MODEL


def test_what_it_names_becomes_mentions_and_what_does_not_stand_there_is_dropped():
    said = terms(entity("ASTHMA"), entity("cough"), answer=[entity("Salbutamol", "drug")])
    extraction = reasoner(said).extract(question())
    assert extraction == Extraction(
        (
            Mention("asthma", Side.QUESTION, 13, 19, NodeType.DISEASE),
            Mention("Salbutamol", Side.ANSWER, 0, 10, NodeType.DRUG),
        ),
        (DroppedMention("cough", Side.QUESTION, NOT_IN_TEXT),),
    )


def test_extraction_of_the_first_version_is_read_as_it_was():
    first = ModelConfig(prompts=(("extract", "v1"),))
    said = {"question": [entity("asthma")], "answer": [entity("Salbutamol", "drug")]}
    mentions = LanguageModelReasoner(SpokenModel([said]), first).extract(question()).mentions
    assert [mention.text for mention in mentions] == ["asthma", "Salbutamol"]


def test_terms_of_which_none_stands_there_are_told_in_a_repair_turn():
    model = SpokenModel([terms(entity("cough"), entity("cold")), terms(entity("asthma"))])
    extraction = LanguageModelReasoner(model, ModelConfig()).extract(question())
    assert [mention.text for mention in extraction.mentions] == ["asthma", "Salbutamol"]
    assert model.asked[1].repair
    assert "None of the 2 entities named" in model.asked[1].messages[-1].content
    assert "not in the text" in model.asked[1].messages[-1].content


def test_a_second_answer_that_names_nothing_of_the_question_either_is_malformed():
    said = terms(entity("cough"), entity("cold"))
    with pytest.raises(MalformedOutput, match="None of the 2 entities") as raised:
        reasoner(said, said).extract(question())
    assert raised.value.stage == "extraction"
    assert "cough" in raised.value.text


def test_no_term_at_all_is_an_answer():
    mentions = reasoner(terms()).extract(question()).mentions
    assert {mention.side for mention in mentions} == {Side.ANSWER}


def test_choices_come_in_the_order_of_the_mentions(graph):
    candidates = tuple(Candidate(graph.node(index), 0.9) for index in (0, 6))
    asked = [OpenMention(Mention(t, Side.QUESTION, 0, 1), candidates) for t in "ab"]
    assert reasoner({"m1": 1, "m0": None}).select(question(), asked) == (None, 1)


def test_a_path_kept_twice_is_kept_once(paths):
    assert reasoner({"kept": [1, 0, 1]}).prune(question(), paths, 3) == (1, 0)


def test_steps_keep_the_edges_they_cite(paths):
    said = {
        "steps": [{"text": "So.", "edges": [1, 0]}, {"text": "Then.", "edges": []}],
        "conclusion": "A.",
    }
    draft = DraftCoT((DraftStep("So.", (1, 0)), DraftStep("Then.", ())), "A.")
    assert reasoner(said).generate(question(), paths) == draft


def test_the_reader_names_an_option_or_none():
    said = {"explanation": "It helps.", "label": "B", "confidence": 7}
    read = reasoner(said).answer(question(), "1. x")
    assert (read.label, read.text, read.explanation) == ("B", "Propranolol", "It helps.")
    assert read.confidence == 0.7
    none = reasoner(said | {"label": None, "confidence": 0}).answer(question(), None)
    assert (none.label, none.text, none.confidence) == (None, "", 0.0)


def test_a_reader_of_the_first_version_says_no_confidence():
    first = ModelConfig(prompts=(("answer", "v1"),))
    model = SpokenModel([{"explanation": "It helps.", "label": "B"}])
    read = LanguageModelReasoner(model, first).answer(question(), "1. x")
    assert (read.label, read.confidence) == ("B", None)


def test_steps_are_checked_by_the_reader_one_by_one(paths):
    steps = (Step(2, "So.", paths[0].edges), Step(3, "Thus.", paths[0].edges))
    said = {
        "s2": {"explanation": "They do.", "support": "supported"},
        "s3": {"explanation": "They deny it.", "support": "contradicted"},
    }
    assert reasoner(said).check_steps(question(), steps, paths) == (
        StepCheck(2, Support.SUPPORTED, DecidedBy.READER, "They do."),
        StepCheck(3, Support.CONTRADICTED, DecidedBy.READER, "They deny it."),
    )


def test_one_of_two_chains_is_preferred_or_neither():
    said = {"explanation": "Its facts fit.", "better": "second"}
    assert reasoner(said).compare(question(), "1. a", "1. b") == Preference(
        "second", "Its facts fit."
    )


def test_free_text_is_read_and_judged():
    asked = question(options=(), key=None, answer_text="rest")
    said = {"explanation": "It says so.", "answer": " sleep ", "confidence": 3}
    assert reasoner(said).answer(asked, "1. x").text == "sleep"
    assert not reasoner({"explanation": "No.", "correct": False}).judge(asked, "sleep").correct


def test_a_malformed_answer_is_mended_once():
    mended = reasoner('{"kept": "all"}', terms(entity("asthma")))
    assert mended.extract(question()).mentions
    with pytest.raises(MalformedOutput):
        reasoner("{", "{").extract(question())


def test_failures_of_the_model_are_the_stages_failures(graph):
    class Down(SpokenModel):
        def ask(self, request):
            raise TransientFailure("llm.house could not answer now (503).", stage=request.stage)

    made = LanguageModelReasoner(Down(), ModelConfig())
    trace = make_trace(question(), tools(graph, made), CONFIG)
    assert (trace.failure.stage, trace.failure.reason) == ("extraction", "endpoint_unavailable")


def test_a_sample_is_told_apart_from_another():
    model = SpokenModel([{"explanation": "No.", "correct": False}])
    LanguageModelReasoner(model, ModelConfig(), sample_index=3).judge(question(), "x")
    assert model.asked[0].sample_index == 3


@pytest.mark.parametrize(
    ("asked", "acts"),
    [
        (question(), ["extract", "prune", "generate", "answer"]),
        (
            question(options=(), key=None, answer_text="Salbutamol"),
            ["extract", "prune", "generate", "answer", "judge"],
        ),
        (
            question("Migraine: which drug?", ("Acetylsalicilic acid", "Allopurinol")),
            ["extract", "select", "prune", "generate", "answer"],
        ),
    ],
)
def test_the_whole_method_takes_five_calls_or_six_with_the_judge(graph, asked, acts):
    """The demonstration's decisions, said by a model, give the demonstration's own trace."""
    rehearsed = Rehearsed(graph, DEFAULT.model)
    trace = make_trace(asked, tools(graph, rehearsed, DEFAULT), DEFAULT)
    assert [request.prompt_name for request in rehearsed.model.asked] == acts
    shown = make_trace(asked, tools(graph), DEFAULT)
    assert trace.cot == shown.cot
    assert trace.verdict == shown.verdict
    assert trace.reasoner_kind is ReasonerKind.LANGUAGE_MODEL
