"""A released line says all of a rated trace, in one form, and nothing else parses back."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.core.records import (
    CoT,
    Failure,
    FilterResult,
    LinkedEntity,
    LinkStage,
    Mention,
    Path,
    Preferred,
    SearchLayer,
    Side,
    Step,
    Verdict,
)
from pipeline.core.release_format import (
    GraphReference,
    as_format,
    ends_at_explanation,
    options_text,
    parse_line,
    reasoning_text,
)
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
    RIVAL,
    TRACE,
    line,
    line_of_format_2,
)

PLAIN = json.loads(line())
CONTRASTED = replace(TRACE, rivals=(RIVAL,))


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


def test_a_rival_chain_is_told_with_its_paths_and_who_preferred():
    plain = json.loads(line(CONTRASTED))["rivals"]
    assert [(one["label"], one["answer"]) for one in plain] == [("B", "Drug two")]
    assert plain[0]["reasoning"] == "Step 1: It acts on the gene.\nConclusion: So B."
    assert plain[0]["paths"][0]["hops"] == [plain[0]["steps"][0]["edges"]]
    assert plain[0]["paths"][0]["cited"] is True
    assert [one["key_first"] for one in plain[0]["comparisons"]] == [True, False]
    assert parse_line(line(CONTRASTED)).rivals[0].lost_every_comparison


def test_a_rival_that_could_not_be_written_is_not_in_the_line():
    missing = replace(RIVAL, cot=None, comparisons=(), failure=Failure("search", "no_path", ""))
    assert json.loads(line(replace(TRACE, rivals=(missing,))))["rivals"] == []


@pytest.mark.parametrize(
    ("comparisons", "lost"),
    [
        ((), False),
        (RIVAL.comparisons[:1], False),
        ((RIVAL.comparisons[0], replace(RIVAL.comparisons[1], preferred=Preferred.NEITHER)), False),
        (RIVAL.comparisons, True),
    ],
)
def test_a_rival_loses_only_in_both_orders(comparisons, lost):
    trace = replace(TRACE, rivals=(replace(RIVAL, comparisons=comparisons),))
    assert parse_line(line(trace)).rivals[0].lost_every_comparison is lost


def test_a_filter_that_only_measures_does_not_decide_the_verdict():
    measured = FilterResult("contrast", False, 0.5, "One of two.", decides=False)
    passed = FilterResult("format", True, 1.0, "Complete.")
    verdict = parse_line(line(replace(TRACE, verdict=Verdict((passed, measured))))).verdict
    assert verdict.passed
    assert [result.decides for result in verdict.filters] == [True, False]


@pytest.mark.parametrize(
    ("side", "start", "reaches"),
    [
        (Side.ANSWER, 0, True),
        (Side.EXPLANATION, 0, False),
        (Side.QUESTION, 0, False),
        # As traces of earlier versions hold an explanation's mention: behind the answer's text.
        (Side.ANSWER, len(QUESTION.answer_text) + 1, False),
    ],
)
def test_a_line_says_whether_its_paths_end_at_the_answer(side, start, reaches):
    mention = Mention("drug", side, start, start + 4)
    trace = replace(TRACE, linked=(LinkedEntity(mention, DRUG, LinkStage.EXACT, 1.0, 1),))
    assert json.loads(line(trace))["reaches_answer"] is reaches
    quoted = replace(QUESTION, text='Say "reaches_answer":false twice.')
    assert ends_at_explanation(line(replace(trace, question=quoted))) is not reaches


def test_a_line_of_format_2_is_read_and_written_as_it_is():
    text = line_of_format_2(TRACE)
    parsed = parse_line(text)
    assert (parsed.format_version, parsed.reaches_answer, parsed.rivals) == (2, None, ())
    assert as_format(2, line(CONTRASTED)) == text
    with pytest.raises(ValueError, match="format_version"):
        parse_line(text.replace('"format_version":2', '"format_version":3'))


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
