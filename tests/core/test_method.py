"""The method as a whole: a trace to its verdict, and each way it ends before that."""

from dataclasses import replace

import pytest

from pipeline.core.config import PruneConfig
from pipeline.core.method import make_trace
from pipeline.core.paths.seeding import seed_of
from pipeline.core.reasoner import DraftCoT, DraftStep
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import ReadAnswer, Side
from tests.factories.method import CONFIG, Scripted, question, tools


def scripted(graph, **acts):
    return tools(graph, Scripted(DemonstrationReasoner(graph), **acts))


def reason(graph, asked, **acts):
    trace = make_trace(asked, scripted(graph, **acts), CONFIG)
    assert trace.verdict is None
    return trace.failure.stage, trace.failure.reason


def test_a_question_the_graph_answers_is_kept_with_everything_recorded(graph):
    trace = make_trace(question(), tools(graph), CONFIG)
    assert trace.kept
    assert trace.failure is None
    assert {entity.node.name for entity in trace.linked} == {"asthma", "Wheezing", "Salbutamol"}
    assert {path.nodes[-1].name for path in trace.paths} == {"Salbutamol"}
    assert trace.cited_paths == tuple(range(len(trace.paths)))
    assert [result.name for result in trace.verdict.filters] == [
        "format",
        "leakage",
        "masking",
        "answer",
        "grounding",
        "statements",
        "conclusion",
        "order",
    ]
    assert trace.graph_checksum == graph.checksum
    assert trace.config_fingerprint == CONFIG.fingerprint


def test_the_same_inputs_give_the_same_trace(graph):
    assert make_trace(question(), tools(graph), CONFIG) == make_trace(
        question(), tools(graph), CONFIG
    )


def test_seeds_differ_by_question_sample_and_pair():
    asked = question()
    seeds = {
        seed_of(asked, CONFIG, 1, 2),
        seed_of(asked, CONFIG, 1, 3),
        seed_of(asked, CONFIG.for_sample(1), 1, 2),
        seed_of(replace(asked, id_in_source="2"), CONFIG, 1, 2),
        seed_of(asked, replace(CONFIG, seed=8), 1, 2),
    }
    assert len(seeds) == 5


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (question("Whom does one tell of an error?"), ("extraction", "no_mention_found")),
        (question(options=("5", "7", "13", "18")), ("linking", "answer_not_mapped")),
        (question("Is Salbutamol good?"), ("linking", "question_not_mapped")),
        (question("A man has gout. Which drug?"), ("search", "no_path")),
    ],
)
def test_questions_that_fail_say_where_and_why(graph, asked, expected):
    assert reason(graph, asked) == expected


def test_mentions_without_nodes_leave_the_question_unmapped(graph):
    asked = question("The patient has xerotic quibble.", options=("Salbutamol", "Propranolol"))
    mentions = DemonstrationReasoner(graph).extract(asked).mentions
    made_up = replace(mentions[0], text="xerotic quibble", side=Side.QUESTION)
    trace = make_trace(asked, scripted(graph, mentions=(made_up, *mentions)), CONFIG)
    assert trace.failure.reason == "question_not_mapped"
    assert "'xerotic quibble'" in trace.failure.detail
    assert [entity.node.name for entity in trace.linked] == ["Salbutamol"]


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ({"kept": ()}, ("pruning", "pruned_to_nothing")),
        ({"kept": (99,)}, ("pruning", "malformed_output")),
        ({"draft": DraftCoT((), "x")}, ("generation", "no_reasoning_written")),
        ({"draft": DraftCoT((DraftStep("x", (99,)),), "x")}, ("generation", "malformed_output")),
    ],
)
def test_what_a_reasoner_may_not_say_ends_the_trace_with_a_reason(graph, acts, expected):
    assert reason(graph, question(), **acts) == expected


def test_a_failed_trace_keeps_what_was_gathered(graph):
    trace = make_trace(question(), scripted(graph, kept=()), CONFIG)
    assert trace.mentions
    assert trace.linked
    assert trace.searches
    assert trace.dropped
    assert trace.cot is None


def test_a_defect_of_a_tool_is_not_hidden(graph):
    class Broken(Scripted):
        def generate(self, question, paths, *, reaches_answer=True):
            raise KeyError("a defect")

    with pytest.raises(KeyError):
        make_trace(question(), tools(graph, Broken(DemonstrationReasoner(graph))), CONFIG)


def test_the_second_reader_sees_no_naming_of_the_answer(graph):
    reader = Scripted(DemonstrationReasoner(graph))
    make_trace(question(), tools(graph, reader), CONFIG)
    assert "salbutamol" not in reader.masked[0].casefold()
    assert "[an option]" in reader.masked[0]


def test_a_reading_that_may_have_seen_an_option_is_recorded_and_discarded(graph):
    draft = DraftCoT((DraftStep("In the second trial B did better.", (0,)),), "So A.")
    trace = make_trace(question(), scripted(graph, draft=draft), CONFIG)
    assert trace.unmasked == ("In the second trial B did better.",)
    assert "masking" in trace.verdict.rejections


def test_a_wrong_reading_discards_the_trace_and_every_filter_still_speaks(graph):
    wrong = ReadAnswer("B", "Propranolol", "")
    trace = make_trace(question(), scripted(graph, read=wrong), CONFIG)
    assert not trace.kept
    assert trace.verdict.rejections == ("answer",)
    assert len(trace.verdict.filters) == 8


def test_scope_pair_keeps_paths_for_every_pair(graph):
    config = replace(CONFIG, prune=PruneConfig(keep=1, scope="pair"))
    trace = make_trace(question(), tools(graph, config=config), config)
    assert len(trace.paths) == len({path.nodes[0] for path in trace.paths}) == 2


def test_an_answer_named_in_the_question_starts_no_path(graph):
    asked = question("Salbutamol is given for asthma. Which drug treats it?")
    trace = make_trace(asked, tools(graph), CONFIG)
    assert {path.nodes[0].name for path in trace.paths} == {"asthma"}
    assert [pair.question_node for pair in trace.searches] == [0]
