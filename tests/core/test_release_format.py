"""A released line says all of a rated trace, in one form, and nothing else parses back."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.core.records import CoT, FilterResult, Path, SearchLayer, Step, Verdict
from pipeline.core.release_format import GraphReference, options_text, parse_line, reasoning_text
from tests.factories.release import (
    AGAINST,
    CONSENSUS,
    COT,
    DISEASE,
    DRUG,
    GRADE,
    OTHER,
    PLACE,
    QUESTION,
    TRACE,
    line,
)

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
    assert plain["consensus"]["step_labels"] == ["correct", "disagreed"]
    assert plain["place"] == PLACE.model_dump(mode="json")
    assert plain["correction"] is None
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
    assert parsed.reasoning == reasoning_text([step.text for step in COT.steps], COT.conclusion)
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
    ("text", "message"),
    [
        (line()[:-1], "canonical"),
        (line().replace('","', '", "', 1), "canonical"),
        (line().replace('"licence":', '"licence":"none","licence":', 1), "canonical"),
        (line().replace("Drüg", "Dr\\u00fcg"), "canonical"),
        (altered(format_version=1), "format_version"),
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
