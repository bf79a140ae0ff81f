"""lm-evaluation-harness: what the model wrote is read, once, and never a likelihood or a filter."""

import json

import pytest

from pipeline.core.errors import SourceFileError
from tests.benchmarks.outputs.made_up import collected, log, opened, read

OWN = "samples_ask_made_up_free_2026-11-30T16-08-25.630742.jsonl"


def line(**changed):
    return {
        "doc_id": 0,
        "doc": {"id": "q-1", "question": "Which drug slows the heart?"},
        "target": "A",
        "arguments": {"gen_args_0": {"arg_0": "Which drug?", "arg_1": {"temperature": 0.0}}},
        "resps": [["It is A."]],
        "filtered_resps": ["B"],
        "filter": "none",
    } | changed


def test_every_line_of_an_exported_task_finds_its_question():
    file = log(OWN)
    collecting, found = collected(file)
    assert list(found) == [("q-1", 0), ("q-2", 0), ("q-3", 0), ("q-4", 0)]
    assert collecting.counts.left_out == collecting.counts.order_assumed == 0
    assert found["q-4", 0][1].output == "\\boxed{D}"
    assert file.facts.settings == {"temperature": 0.0, "do_sample": False, "max_gen_toks": 99}
    assert file.facts.benchmarks == {"0" * 64: 4}


def test_other_tasks_are_read_by_their_records_and_the_order_is_that_of_the_prompt():
    file = log("samples_two_filters.jsonl")
    _, found = collected(file)
    assert sorted(found) == [("q-1", 0), ("q-1", 1), ("q-2", 0), ("q-2", 1)]
    match, row = found["q-1", 1]
    assert (match.shown, match.order_stated, match.key_compared) == (("C", "A", "B"), True, True)
    assert row.output == "Surely (C)."


def test_an_output_listed_for_a_second_filter_is_not_a_second_output():
    file = log("samples_two_filters.jsonl")
    rows, rejected = read(file)
    assert (len(rows), rejected, file.facts.lines) == (4, [], 4)
    assert any("several filters" in note for note in file.facts.notes)


def test_likelihoods_are_no_outputs():
    with pytest.raises(SourceFileError, match=r"line 1: .*likelihood of each option.*export_tasks"):
        read(log("samples_likelihood.jsonl"))


def test_a_request_without_settings_asked_for_no_text():
    rolling = line(arguments={"gen_args_0": {"arg_0": "text", "arg_1": " Iron"}}, resps=[["-12.5"]])
    with pytest.raises(SourceFileError, match="likelihood"):
        read(opened([line(), rolling]))


def test_what_the_filter_made_of_it_is_not_read():
    (row,), _ = read(opened([line()]))
    assert row.output == "It is A."


def test_no_content_is_an_empty_output_and_told():
    file = opened([line(resps=[["None"]])])
    (row,), _ = read(file)
    assert row.output == ""
    assert any("no content" in note for note in file.facts.notes)


def test_a_chat_is_read_from_its_messages():
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which?"}]
    sent = {"gen_args_0": {"arg_0": [json.dumps(messages)], "arg_1": {}}}
    (row,), _ = read(opened([line(arguments=sent)]))
    assert row.prompt == "Be brief.\n\nWhich?"


def test_arguments_as_older_versions_write_them():
    (row,), _ = read(opened([line(arguments=[["Which drug?", {"until": ["\n"]}]])]))
    assert row.prompt == "Which drug?"


def test_a_target_that_is_a_number_counts_from_0():
    options = {"id": "q-1", "question": "Which?", "choices": ["x", "y", "7"]}
    keys = [read(opened([line(doc=options, target=t)]))[0][0].key for t in ("1", "7", "9", "x")]
    assert keys == ["B", "7", None, "x"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"doc": None}, "doc is not an object"),
        ({"resps": "A"}, "not a list of lists"),
        ({"resps": [["A"], ["B"]]}, "2 requests"),
        ({"resps": [[]]}, "1 requests"),
        ({"resps": [[{"a": 1}]]}, "not text"),
        ({"doc": {"question": "Which?", "options": {"1": "x", "2": "y"}}}, "not lettered"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_the_rest_goes_on(changed, reason):
    rows, ((number, told),) = read(opened([line(**changed), line(doc_id=1)]))
    assert len(rows) == 1
    assert number == 1
    assert reason in told
