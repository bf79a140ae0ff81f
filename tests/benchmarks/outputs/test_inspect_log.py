"""Inspect: outputs and reasoning of each sample and epoch, and nothing that Inspect made up."""

import json

import pytest

from pipeline.core.errors import SourceFileError
from tests.benchmarks.outputs.made_up import LOGS, collected, log, opened, read


def changed(name="inspect_own_task.json", **members):
    return opened(json.dumps(json.loads((LOGS / name).read_text()) | members), "log.json")


def with_sample(**fields):
    whole = json.loads((LOGS / "inspect_own_task.json").read_text())
    return changed(samples=[whole["samples"][0] | fields])


def test_every_sample_of_an_exported_task_finds_its_question():
    file = log("inspect_own_task.json")
    collecting, found = collected(file)
    assert (len(found), collecting.samples, collecting.counts.left_out) == (8, 2, 0)
    assert all(match.order_stated and match.key_compared for match, _ in found.values())
    assert file.facts.model == "openai-api/local/made-up-1"
    assert file.facts.settings["temperature"] == 0.0
    assert file.facts.notes == []


def test_reasoning_stands_apart_and_a_cut_output_says_so():
    _, found = collected(log("inspect_own_task.json"))
    row = found["q-4", 1][1]
    assert (row.output, row.reasoning, row.finish_reason) == (
        "It could be",
        "thinking it over",
        "max_tokens",
    )


def test_samples_that_ended_without_output_are_told_and_so_is_the_run():
    file = log("inspect_cancelled.json")
    rows, rejected = read(file)
    assert [row.output for row in rows] == ["ANSWER: B", "ANSWER: B"]
    assert [(n, reason.partition(":")[0]) for n, reason in rejected] == [
        (3, "The sample ended with an error"),
        (4, "The sample has no output"),
    ]
    assert "time" in rejected[1][1]
    assert file.facts.notes == [
        "The run was cancelled: what it had not reached is not in the file."
    ]
    assert file.facts.settings["temperature"] == "differs between lines"


def test_choices_shuffled_in_the_data_set_are_taken_in_the_order_shown():
    _, found = collected(log("inspect_cancelled.json"))
    match, row = found["q-1", 0]
    assert (match.shown, row.id) == (("C", "A", "B"), "1")


def test_a_solver_that_shuffles_rewrites_the_outputs_so_they_are_refused():
    with pytest.raises(SourceFileError, match="does not hold what the model wrote"):
        read(log("inspect_shuffled_by_solver.json"))


def test_it_is_refused_too_where_the_plan_comes_last():
    whole = json.loads((LOGS / "inspect_shuffled_by_solver.json").read_text())
    last = {name: whole[name] for name in ("version", "status", "eval", "samples", "plan")}
    with pytest.raises(SourceFileError, match="does not hold what the model wrote"):
        read(opened(json.dumps(last), "log.json"))


def test_a_log_without_samples_is_refused():
    with pytest.raises(SourceFileError, match="holds no samples"):
        read(changed(samples=None))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"epoch": 0}, "does not count from 1"),
        ({"invalidation": {"author": "x"}}, "declared invalid"),
        ({"output": {"choices": [{}, {}]}}, "2 outputs"),
        ({"output": {"choices": [{"message": {"content": 7}}]}}, "neither a text"),
        ({"output": {"choices": [{"message": {"content": "attachment://none"}}]}}, "does not hold"),
        ({"choices": ["x", "x"]}, "same text"),
    ],
)
def test_a_sample_that_cannot_be_read_is_told(fields, reason):
    rows, ((number, told),) = read(with_sample(**fields))
    assert (rows, number) == ([], 1)
    assert reason in told


def test_redacted_reasoning_shows_its_summary():
    parts = [
        {"type": "reasoning", "reasoning": "x0fa", "redacted": True, "summary": "in short"},
        {"type": "text", "text": "Answer: A"},
        {"type": "tool_use", "id": "1"},
    ]
    output = {"choices": [{"message": {"content": parts}, "stop_reason": "stop"}]}
    (row,), _ = read(with_sample(output=output))
    assert (row.reasoning, row.output) == ("in short", "Answer: A")


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.99])
def test_a_log_that_is_cut_off_is_refused_whole(cut):
    data = (LOGS / "inspect_own_task.json").read_bytes()
    with pytest.raises(SourceFileError, match=r"not JSON"):
        read(opened(data[: int(len(data) * cut)], "log.json"))


def test_a_log_that_goes_on_after_its_end_is_refused_whole():
    with pytest.raises(SourceFileError, match="goes on after the end"):
        read(opened((LOGS / "inspect_own_task.json").read_bytes() + b"{}", "log.json"))
