"""Tasks for other programs: our prompts to the letter, identity and terms, no score of theirs."""

import ast
import json

import pytest
import yaml

from pipeline.benchmarks.identity import benchmark_identity
from pipeline.benchmarks.prompts import evaluation_messages
from pipeline.benchmarks.tasks.inspect_task import inspect_task
from pipeline.benchmarks.tasks.lm_eval_task import lm_eval_task
from pipeline.benchmarks.tasks.rows import TaskBenchmark, TaskSettings
from pipeline.core.records import Question
from tests.benchmarks.outputs.made_up import QUESTIONS, collected, opened, question

NASTY = question("n/1", "{{prompt}} {% raw %}\u2028 {x}?", ("{{answer_idx}}", 'it\'s "q"'), "A")
FREE_TEXT = Question("house", "f", "Why?", (), None, "Because.")
BENCHMARK = TaskBenchmark(
    "Made-up 2", (*QUESTIONS, NASTY, FREE_TEXT), 'own "terms"\n"""', "this machine only"
)
SHA256 = benchmark_identity(BENCHMARK.questions).sha256
WRITERS = (lm_eval_task, inspect_task)


def rows(files):
    (text,) = (text for name, text in files.items() if name.endswith(".jsonl"))
    assert text.isascii()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("prompt", ["free", "strict"])
def test_rows_hold_the_very_prompt_and_leave_out_what_has_no_options(write, prompt):
    asked = rows(write(BENCHMARK, TaskSettings(prompt)))
    assert [row["id"] for row in asked] == ["q-1", "q-2", "q-3", "q-4", "n/1"]
    for row, one in zip(asked, BENCHMARK.questions, strict=False):
        labels = [option.label for option in one.options]
        (message,) = evaluation_messages(prompt, "v1", one, labels)
        assert row["prompt"] == message.content
        assert (row["benchmark_sha256"], row["prompt_version"]) == (SHA256, f"{prompt}/v1")


def test_a_harness_task_generates_and_computes_nothing():
    files = lm_eval_task(BENCHMARK, TaskSettings("free", 99, 0.5))
    assert sorted(files) == ["ask_made_up_2_free.jsonl", "ask_made_up_2_free.yaml"]
    config = yaml.safe_load(files["ask_made_up_2_free.yaml"])
    assert (config["output_type"], config["doc_to_text"]) == ("generate_until", "{{prompt}}")
    assert config["metric_list"] == [{"metric": "bypass"}]
    assert "filter_list" not in config
    assert config["generation_kwargs"] == {
        "until": [],
        "do_sample": True,
        "temperature": 0.5,
        "max_gen_toks": 99,
    }
    assert config["metadata"]["benchmark_sha256"] == SHA256


def test_an_inspect_task_generates_and_has_neither_scorer_nor_solver_of_choices():
    files = inspect_task(BENCHMARK, TaskSettings("strict"))
    text = files["ask_made_up_2_strict.py"]
    tree = ast.parse(text)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    assert "generate" in called
    assert not called & {"multiple_choice", "choice", "match"}
    assert not any(given.arg == "scorer" for call in calls for given in call.keywords)
    assert SHA256 in text


@pytest.mark.parametrize("write", WRITERS)
def test_identity_licence_and_where_the_text_may_go_are_named(write):
    files = write(BENCHMARK, TaskSettings())
    (text,) = (text for name, text in files.items() if not name.endswith(".jsonl"))
    for said in (SHA256, 'own "terms" """', "this machine only", "scores nothing", "5 questions"):
        assert said in text
    unstated = write(TaskBenchmark("x", QUESTIONS, "", "x"), TaskSettings())
    assert any("questions: not stated" in text for text in unstated.values())


def test_rows_that_a_program_carries_along_find_their_questions_again():
    asked = rows(lm_eval_task(BENCHMARK, TaskSettings("strict")))
    lines = [
        {
            "doc_id": n,
            "doc": row,
            "target": row["answer_idx"],
            "arguments": {"gen_args_0": {"arg_0": row["prompt"], "arg_1": {"until": []}}},
            "resps": [["Answer: A"]],
            "filter": "none",
        }
        for n, row in enumerate(asked)
    ]
    file = opened(lines)
    collecting, found = collected(file, BENCHMARK.questions)
    assert len(found) == 5
    assert collecting.counts.left_out == collecting.counts.order_assumed == 0
    assert collecting.counts.key_unknown == 0
    assert file.facts.benchmarks == {SHA256: 5}
