"""A released line says all of a rated trace, in one form, and nothing else parses back."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.core.records import (
    CoT,
    Edge,
    FilterResult,
    Node,
    NodeType,
    Option,
    Path,
    Polarity,
    Question,
    ReasonerKind,
    SearchLayer,
    Step,
    Trace,
    Verdict,
)
from pipeline.core.release_format import (
    GraphReference,
    ReleasedConsensus,
    ReleasedGrade,
    ReleasedPathGrade,
    options_text,
    parse_line,
    reasoning_text,
    released_line,
)

DRUG = Node(7, "DB01", "drug one", NodeType.DRUG, "DrugBank")
DISEASE = Node(9, "1200_1134", "haemophilia", NodeType.DISEASE, "MONDO_grouped")
GENE = Node(11, "2157", "F8", NodeType.GENE_PROTEIN, "NCBI")
AGAINST = Edge(7, 9, "contraindication", "contraindication", Polarity.NEGATIVE)
FOR = Edge(9, 7, "indication", "indication", Polarity.SUPPORTING)
OTHER = Edge(9, 11, "disease_protein", "associated with", Polarity.SUPPORTING)

QUESTION = Question(
    source="house",
    id_in_source="q1",
    text="Which drug is contraindicated?\u2028Choose.",
    options=(Option("A", "Drüg one"), Option("B", "Drug two")),
    answer_label="A",
    answer_text="Drüg one",
)
COT = CoT((Step(1, "It must not be given.", (AGAINST,)), Step(2, "No other is.")), "So A.")
TRACE = Trace(
    question=QUESTION,
    graph_checksum="c" * 64,
    config_fingerprint="f" * 64,
    sample_index=1,
    reasoner_kind=ReasonerKind.DEMONSTRATION,
    paths=(
        Path((DISEASE, DRUG), ((AGAINST, FOR),), SearchLayer.SPECIFIC),
        Path((GENE, DISEASE), ((OTHER,),), SearchLayer.WHOLE),
    ),
    cot=COT,
    verdict=Verdict(
        (
            FilterResult("format", True, None, "Complete."),
            FilterResult("grounding", False, 0.1 + 0.2, "One step of two."),
        )
    ),
)
GRAPH = GraphReference(name="starter", version="1", checksum="c" * 64)
GRADE = ReleasedGrade(
    rater="r-01",
    rubric_version="1",
    cot_precision=4,
    cot_coherence=5,
    decision="accept",
    path_grades=(ReleasedPathGrade(path=0, precision=3, coherence=4),),
)
CONSENSUS = ReleasedConsensus(
    precision=4.5, coherence=5, decision="accept", basis="agreement", grades=2
)


def line(trace: Trace = TRACE, **changes: Any) -> str:
    given: dict[str, Any] = {
        "trace_id": "t-1",
        "licence": "CC-BY-4.0",
        "graph": GRAPH,
        "preset": "demonstration",
        "grades": (GRADE,),
        "consensus": CONSENSUS,
    }
    return released_line(trace, **(given | changes))


PLAIN = json.loads(line())


def altered(**changes: Any) -> str:
    plain = PLAIN | changes
    written = json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n"
    return written.replace("\u2028", "\\u2028")


def test_an_alteration_of_nothing_parses():
    assert parse_line(altered()).trace_id == "t-1"


def test_the_published_columns_come_first():
    plain = json.loads(line())
    assert list(plain)[:6] == [
        "dataset_name",
        "id_in_dataset",
        "question",
        "answer",
        "reasoning",
        "options",
    ]
    assert (plain["dataset_name"], plain["id_in_dataset"]) == ("house", "q1")
    assert plain["options"] == "Answer Choices:\nA. Drüg one\nB. Drug two"
    assert plain["reasoning"] == (
        "Step 1: It must not be given.\nStep 2: No other is.\nConclusion: So A."
    )


def test_free_text_questions_have_no_choices():
    assert options_text(replace(QUESTION, options=(), answer_label=None)) == ""


def test_nothing_of_a_path_is_dropped():
    path, other = json.loads(line())["paths"]
    assert path == {
        "layer": "specific",
        "nodes": [
            {
                "index": 9,
                "identifier": "1200_1134",
                "name": "haemophilia",
                "type": "disease",
                "source": "MONDO_grouped",
                "grouped": True,
            },
            {
                "index": 7,
                "identifier": "DB01",
                "name": "drug one",
                "type": "drug",
                "source": "DrugBank",
                "grouped": False,
            },
        ],
        "hops": [
            [
                {
                    "head": 7,
                    "tail": 9,
                    "relation": "contraindication",
                    "display_relation": "contraindication",
                    "polarity": "negative",
                },
                {
                    "head": 9,
                    "tail": 7,
                    "relation": "indication",
                    "display_relation": "indication",
                    "polarity": "supporting",
                },
            ]
        ],
        "cited": True,
    }
    assert other["cited"] is False
    assert json.loads(line())["steps"][0]["edges"] == [path["hops"][0][0]]


def test_verdict_grades_and_consensus_are_told():
    plain = json.loads(line())
    assert plain["verdict"]["passed"] is False
    assert plain["verdict"]["filters"][1]["score"] == 0.30000000000000004
    assert plain["grades"] == [GRADE.model_dump(mode="json")]
    assert plain["consensus"]["precision"] == 4.5
    assert (plain["reasoner_kind"], plain["sample_index"]) == ("demonstration", 1)
    assert plain["graph"] == {"name": "starter", "version": "1", "checksum": "c" * 64}


def test_the_line_is_one_line_and_parses_back_to_itself():
    written = line()
    assert written.endswith("}\n")
    assert len(written.splitlines()) == 1  # U+2028 in the question included
    assert "Drüg" in written
    parsed = parse_line(written)
    assert parsed.question == QUESTION.text
    assert parsed.grades == (GRADE,)
    assert parsed.consensus == CONSENSUS
    assert parsed.reasoning == reasoning_text(COT)
    assert line() == written


def test_an_ungraded_trace_has_no_consensus():
    parsed = parse_line(line(grades=(), consensus=None))
    assert (parsed.grades, parsed.consensus) == ((), None)


@pytest.mark.parametrize("trace", [replace(TRACE, cot=None), replace(TRACE, verdict=None)])
def test_an_unfinished_trace_is_not_released(trace):
    with pytest.raises(ValueError, match="cannot be released"):
        line(trace)


def test_the_graph_must_be_the_traces_own():
    with pytest.raises(ValueError, match="another graph"):
        line(graph=GraphReference(name="starter", version="2", checksum="d" * 64))


@pytest.mark.parametrize("changes", [{"licence": ""}, {"trace_id": ""}, {"preset": None}])
def test_what_must_be_said_is_said(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        line(**changes)


def test_no_figure_that_is_not_a_number():
    results = (FilterResult("grounding", True, float("nan"), ""),)
    with pytest.raises(ValueError, match="finite"):
        line(replace(TRACE, verdict=Verdict(results)))


def test_a_cited_edge_must_be_in_a_path():
    loose = CoT((Step(1, "Text.", (replace(AGAINST, tail=11),)),), "End.")
    with pytest.raises(ValueError, match="in no path"):
        line(replace(TRACE, cot=loose))


def test_a_hop_must_join_its_nodes():
    broken = Path((DISEASE, DRUG), ((AGAINST, OTHER),), SearchLayer.WHOLE)
    with pytest.raises(ValueError, match="does not join"):
        line(replace(TRACE, paths=(broken,)))


@pytest.mark.parametrize(
    "grade",
    [
        {"cot_precision": 0},
        {"cot_precision": 6},
        {"cot_precision": 3.5},
        {"cot_precision": True},
        {"decision": "maybe"},
        {"rater": "someone@example.org"},
        {"rater": "A Name"},
        {"comment": "I know this patient."},
    ],
)
def test_a_grade_outside_the_rubric_or_with_an_identity_is_refused(grade):
    with pytest.raises(ValueError, match=next(iter(grade))):
        ReleasedGrade(**(GRADE.model_dump() | grade))


def test_path_grades_name_paths_that_are_there_once():
    for positions in ((2,), (0, 0)):
        path_grades = tuple(ReleasedPathGrade(path=i, precision=1, coherence=1) for i in positions)
        with pytest.raises(ValueError, match="path grade"):
            line(grades=(GRADE.model_copy(update={"path_grades": path_grades}),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (line()[:-1], "canonical"),
        (line().replace('","', '", "', 1), "canonical"),
        (line().replace('"licence":', '"licence":"none","licence":', 1), "canonical"),
        (line().replace("Drüg", "Dr\\u00fcg"), "canonical"),
        (altered(format_version=2), "format_version"),
        (altered(comment="free text"), "Extra inputs"),
        (altered(sample_index="1"), "valid integer"),
        (altered(steps=PLAIN["steps"][1:]), "contradicts the steps"),
        (altered(steps=PLAIN["steps"][:1] * 2), "not numbered"),
        (altered(paths=[PLAIN["paths"][0] | {"cited": False}]), "contradicts the steps"),
        (altered(verdict=PLAIN["verdict"] | {"passed": True}), "contradicts its filters"),
        (altered(graph={"name": "starter"}), "checksum"),
        ("{}\n", "dataset_name"),
        ("", "EOF"),
    ],
)
def test_a_line_that_was_not_written_so_does_not_parse(text, message):
    with pytest.raises(ValueError, match=message):
        parse_line(text)
