"""The way of a trace: mentions in the text, what became of each, paths dropped in words."""

from dataclasses import replace

import pytest

from pipeline import store
from pipeline.core.records import (
    Assertion,
    Candidate,
    DroppedPath,
    LinkedEntity,
    LinkStage,
    Mention,
    NodeType,
    OpenMention,
    SearchLayer,
    Side,
    TraceRecord,
)
from pipeline.models import Batch
from pipeline.trace_page.provenance import MAX_DROPPED_SHOWN, trace_provenance
from tests import factories
from tests.factories.paths import node

pytestmark = pytest.mark.django_db

TEXT = "A child with asthma and asthma attacks wheezes."
ASTHMA = node(0, "asthma")


def mention(text: str, start: int, side: Side = Side.QUESTION) -> Mention:
    return Mention(text, side, start, start + len(text), NodeType.DISEASE)


@pytest.fixture
def batch() -> Batch:
    return factories.made_batch(1)


@pytest.fixture
def record(batch) -> TraceRecord:
    return store.trace_record(batch.traces.get())


def trace(record: TraceRecord, *mentions: Mention) -> TraceRecord:
    question = replace(record.question, text=TEXT, answer_text="Salbutamol")
    bare = replace(record, question=question, mentions=mentions, linked=(), unlinked=())
    return replace(bare, searches=(), dropped=())


def test_mentions_are_marked_where_they_stand_and_nothing_of_the_text_is_lost(record, batch):
    first, second = mention("asthma", 13), mention("wheezes", 39)
    way = trace_provenance(trace(record, second, first), batch)
    assert "".join(part.text for part in way.question) == TEXT
    assert [(part.text, part.line.number) for part in way.question if part.line] == [
        ("asthma", 1),
        ("wheezes", 2),
    ]


def test_of_overlapping_mentions_the_first_is_marked_and_both_are_listed(record, batch):
    long, short = mention("asthma attacks", 24), mention("attacks", 31)
    way = trace_provenance(trace(record, short, long), batch)
    assert [part.text for part in way.question if part.line] == ["asthma attacks"]
    assert [line.mention for line in way.lines] == [long, short]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 5), (40, 400)])
def test_a_mention_that_stands_nowhere_is_listed_and_not_marked(record, batch, start, end):
    stray = Mention("stray", Side.QUESTION, start, end)
    way = trace_provenance(trace(record, stray), batch)
    assert [part.line for part in way.question] == [None]
    assert way.lines[0].mention == stray


def test_each_mention_tells_what_became_of_it(record, batch):
    linked, twin = mention("asthma", 13), mention("asthma", 24)
    unlike, unchosen = mention("wheezes", 39), mention("Salbutamol", 0, Side.ANSWER)
    other = Candidate(node(6, "hypertension"), 0.71)
    unlinked_trace = replace(
        trace(record, linked, twin, unlike, unchosen),
        linked=(LinkedEntity(linked, ASTHMA, LinkStage.SELECTED, 0.93, 2, (other,)),),
        unlinked=(OpenMention(unlike, ()), OpenMention(unchosen, (other,))),
    )
    way = trace_provenance(unlinked_trace, batch)
    assert [line.how for line in way.lines] == [
        "selected by the reasoner",
        "refers to a node linked already",
        "nothing in the graph is like it",
        "none was chosen",
    ]
    first, *_, last = way.lines
    assert (first.node, first.score, first.rank, first.others) == (ASTHMA, 0.93, 2, (other,))
    assert (last.node, last.others) == (None, (other,))


def test_before_linking_a_mention_only_says_so(record, batch):
    [line] = trace_provenance(trace(record, mention("asthma", 13)), batch).lines
    assert line.how == "linking was not reached"


EXPLAINED = "Salbutamol opens airways in asthma."


def explained(record: TraceRecord, *mentions: Mention) -> TraceRecord:
    made = trace(record, *mentions)
    return replace(made, question=replace(made.question, long_answer=EXPLAINED))


@pytest.mark.parametrize(
    "mentioned",
    [
        mention("asthma", 28, Side.EXPLANATION),
        # As traces were recorded before: a line below the answer, and on its side.
        mention("asthma", len("Salbutamol\n") + 28, Side.ANSWER),
    ],
)
def test_an_explanations_mention_is_marked_in_the_explanation(record, batch, mentioned):
    answered = mention("Salbutamol", 0, Side.ANSWER)
    way = trace_provenance(explained(record, mentioned, answered), batch)
    marked = [
        [(part.text, part.line.number) for part in parts if part.line]
        for parts in (way.question, way.answer, way.explanation)
    ]
    assert marked == [[], [("Salbutamol", 1)], [("asthma", 2)]]
    assert "".join(part.text for part in way.explanation) == EXPLAINED
    assert way.lines[1].mention.side is Side.EXPLANATION


def test_what_a_text_asserts_is_told_in_words(record, batch):
    mentions = [replace(mention("asthma", 13 + at), assertion=a) for at, a in enumerate(Assertion)]
    way = trace_provenance(trace(record, *mentions), batch)
    assert [line.assertion for line in way.lines] == ["", "absent", "a relative's", "past"]


def dropped(count: int, *nodes: int) -> tuple[DroppedPath, ...]:
    return (DroppedPath(nodes, SearchLayer.WHOLE, "not among the 3 kept"),) * count


def test_a_dropped_path_is_told_by_names_and_relations(record, batch):
    [path] = trace_provenance(replace(trace(record), dropped=dropped(1, 2, 0)), batch).dropped
    assert path.words == "Propranolol —⊘ contraindication— asthma"
    assert (path.layer, path.reason) == ("whole", "not among the 3 kept")


def test_without_the_graph_nodes_are_told_by_number(record, batch, settings, tmp_path):
    settings.KNOWLEDGE_GRAPH_DIR = tmp_path
    [path] = trace_provenance(replace(trace(record), dropped=dropped(1, 2, 0)), batch).dropped
    assert path.words == "node 2 — node 0"


def test_of_many_dropped_paths_the_first_are_shown_and_the_rest_counted(record, batch):
    way = trace_provenance(
        replace(trace(record), dropped=dropped(MAX_DROPPED_SHOWN + 5, 2, 0)), batch
    )
    assert (len(way.dropped), way.dropped_count, way.more_dropped) == (
        MAX_DROPPED_SHOWN,
        MAX_DROPPED_SHOWN + 5,
        5,
    )


def test_searches_tell_a_sample_from_all_paths(record, batch):
    way = trace_provenance(record, batch)
    assert way.searches
    assert not way.searches[0].sampled
    pair = replace(way.searches[0].pair, total=way.searches[0].pair.drawn + 1)
    assert replace(way.searches[0], pair=pair).sampled
