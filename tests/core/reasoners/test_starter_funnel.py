"""The starter questions through the demonstration: a funnel worth showing a newcomer."""

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.core.kg.index import GraphIndex, build_index
from pipeline.core.method import make_trace
from pipeline.core.records import Option, Question, TraceRecord
from tests.factories.method import CONFIG, tools

STARTER = Path(__file__).parents[3] / "pipeline" / "starter"


def starter_questions() -> list[Question]:
    lines = (STARTER / "questions.jsonl").read_text().splitlines()
    return [
        Question(
            "starter",
            plain["id"],
            plain["question"],
            tuple(Option(label, text) for label, text in plain["options"].items()),
            plain["answer_idx"],
            plain["answer"],
            specialty=plain["specialty"],
        )
        for plain in map(json.loads, filter(None, lines))
    ]


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> list[TraceRecord]:
    folder = tmp_path_factory.mktemp("starter") / "graph"
    build_index(STARTER / "kg.csv", folder)
    made_with = tools(GraphIndex.open(folder))
    return [make_trace(asked, made_with, CONFIG) for asked in starter_questions()]


def outcome(trace: TraceRecord) -> str:
    if trace.failure:
        return trace.failure.reason
    return "kept" if trace.kept else "discarded"


def test_most_are_kept_some_discarded_and_the_hopeless_fail_with_a_reason(traces):
    funnel = Counter(map(outcome, traces))
    assert len(traces) / 2 <= funnel["kept"] <= len(traces) * 0.8, funnel
    assert funnel["discarded"] >= 2, funnel
    assert funnel["answer_not_mapped"] >= 2, funnel


def test_only_the_answer_filter_discards(traces):
    """Format, leakage and grounding hold by construction of the demonstration's sentences."""
    rejections = {name for trace in traces if trace.verdict for name in trace.verdict.rejections}
    assert rejections <= {"answer"}
