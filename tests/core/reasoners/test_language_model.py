"""The language model reasoner: what a model says becomes records, or a failure with a reason."""

from dataclasses import replace

import pytest

from pipeline.core.config import PRESETS, ModelConfig, SimilarityConfig
from pipeline.core.errors import MalformedOutput, TransientFailure
from pipeline.core.method import make_trace
from pipeline.core.reasoner import DraftCoT, DraftStep
from pipeline.core.reasoners.language_model import LanguageModelReasoner
from pipeline.core.records import Candidate, Mention, NodeType, OpenMention, ReasonerKind, Side
from tests.factories.method import CONFIG, question, tools
from tests.peers.rehearsed import Rehearsed, SpokenModel

DEFAULT = replace(PRESETS["default"], similarity=SimilarityConfig(backend="lexical"))


def reasoner(*values, sample_index=0):
    model = SpokenModel(list(values))
    return LanguageModelReasoner(model, ModelConfig(), sample_index=sample_index)


def entity(text, kind="disease"):
    return {"text": text, "type": kind}


@pytest.fixture(scope="module")
def paths(graph):
    return make_trace(question(), tools(graph), CONFIG).paths


def test_it_says_what_it_is():
    assert reasoner().kind is ReasonerKind.LANGUAGE_MODEL


def test_entities_become_mentions_where_they_stand():
    asked = question("Asthma, and again\nasthma: which  drug?", long_answer="For asthma.")
    said = {
        "question": [entity("ASTHMA"), entity("asthma"), entity("which drug", "drug")],
        "answer": [entity("Salbutamol", "drug"), entity("asthma")],
    }
    mentions = reasoner(said).extract(asked)
    assert mentions == (
        Mention("Asthma", Side.QUESTION, 0, 6, NodeType.DISEASE),
        Mention("asthma", Side.QUESTION, 18, 24, NodeType.DISEASE),
        Mention("which  drug", Side.QUESTION, 26, 37, NodeType.DRUG),
        Mention("Salbutamol", Side.ANSWER, 0, 10, NodeType.DRUG),
        Mention("asthma", Side.ANSWER, 15, 21, NodeType.DISEASE),
    )


@pytest.mark.parametrize("text", ["bronchospasm", "", " ", "sthma", "asthma asthma", ".*"])
def test_what_does_not_stand_in_the_text_is_no_mention(text):
    said = {"question": [entity(text), entity("asthma")], "answer": []}
    assert [m.text for m in reasoner(said).extract(question())] == ["asthma"]


def test_entities_of_which_none_stands_there_are_malformed_and_none_at_all_are_not():
    said = {"question": [entity("cough"), entity("cold")], "answer": []}
    with pytest.raises(MalformedOutput, match="None of the 2 entities") as raised:
        reasoner(said).extract(question())
    assert raised.value.stage == "extraction"
    assert "cough" in raised.value.text
    assert reasoner({"question": [], "answer": []}).extract(question()) == ()


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
    read = reasoner({"explanation": "It helps.", "label": "B"}).answer(question(), "1. x")
    assert (read.label, read.text, read.explanation) == ("B", "Propranolol", "It helps.")
    none = reasoner({"explanation": "Nothing.", "label": None}).answer(question(), "1. x")
    assert (none.label, none.text) == (None, "")


def test_free_text_is_read_and_judged():
    asked = question(options=(), key=None, answer_text="rest")
    said = {"explanation": "It says so.", "answer": " sleep "}
    assert reasoner(said).answer(asked, "1. x").text == "sleep"
    assert not reasoner({"explanation": "No.", "correct": False}).judge(asked, "sleep").correct


def test_a_malformed_answer_is_mended_once():
    mended = reasoner('{"kept": "all"}', {"question": [entity("asthma")], "answer": []})
    assert len(mended.extract(question())) == 1
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
