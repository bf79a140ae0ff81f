"""Result files of the two scripts, and plain rows with id and output."""

import json

import pytest

from pipeline.benchmarks.outputs.records import PLAIN, SCRIPTS
from tests.benchmarks.outputs.made_up import collected, log, opened, read

RESULT = "made-up-8Beval_data_api_strict-prompt.json"


def test_a_script_s_file_is_matched_by_words_and_what_it_lacks_is_missing():
    file = log(RESULT)
    collecting, found = collected(file)
    assert file.facts.format == SCRIPTS
    assert sorted(found) == [("q-1", 0), ("q-2", 0), ("q-4", 0)]
    assert collecting.places() == {0, 1, 3}
    assert collecting.counts.told == [(4, "Its question is not in made-up.")]
    assert any("leaves out every question" in note for note in file.facts.notes)


def test_one_part_of_a_file_of_several_benchmarks_is_taken():
    file = log(RESULT)
    collecting, _ = collected(file, part="made_up_test")
    counts = collecting.counts
    assert (counts.matched, counts.other_parts, counts.told) == (3, 1, [])
    assert file.facts.parts == {"made_up_test": 3, "other_test": 1}


def test_rows_by_source_are_read_with_the_source_as_their_part():
    rows = json.loads((log(RESULT)._stream).read())
    for row in rows:
        del row["source"]
    file = opened(json.dumps({"made_up_test": rows[:3], "other_test": rows[3:]}), "x.json")
    collecting, _ = collected(file, part="made_up_test")
    assert collecting.counts.matched == 3


def test_plain_rows_say_what_they_have():
    file = opened(
        [
            {"id": "q-1", "output": "Answer: A", "sample": 1, "finish_reason": "length"},
            {"id": "q-2", "output": None, "model": "made-up-1", "reasoning": "hm"},
        ]
    )
    (first, second), rejected = read(file)
    assert (first.sample, first.finish_reason, second.output, second.reasoning) == (
        *(1, "length", "", "hm"),
    )
    assert (file.facts.format, file.facts.model, rejected) == (PLAIN, "made-up-1", [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": "1"}, "output is missing"),
        ({"id": "1", "output": ["A"]}, "not text"),
        ({"id": "1", "output": "A", "sample": -1}, "not a number"),
        ({"id": "1", "output": "A", "sample": True}, "not a number"),
        ({"id": "1", "output": "A" * 1_000_001}, "longer than 1,000,000"),
        ({"id": "1", "output": "A", "options": {"x": "1", "y": "2"}}, "not lettered"),
    ],
)
def test_a_row_that_cannot_be_read_is_told(row, reason):
    _, ((number, told),) = read(opened([{"id": "0", "output": ""}, row]))
    assert number == 2
    assert reason in told


def test_signs_that_cannot_be_stored_are_replaced_and_told():
    file = opened('{"id": "1", "output": "A\\u0000B\\ud800"}\n')
    (row,), _ = read(file)
    assert row.output == "A\ufffdB\ufffd"
    assert len(file.facts.notes) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"options": ["Iron", "Propranolol", "Salbutamol"]},
        {"options": {"B": "Propranolol", "A": "Iron", "C": "Salbutamol"}},
        {"options": "A. Iron\nB. Propranolol\nC. Salbutamol"},
        {"choices": {"text": ["Iron", "Propranolol", "Salbutamol"], "label": ["A", "B", "C"]}},
        {"opa": "Iron", "opb": "Propranolol", "opc": "Salbutamol"},
        {"options": [{"key": "A", "value": "Iron"}, {"key": "C", "value": "Salbutamol"},
                     {"key": "B", "value": "Propranolol"}]},
    ],
)  # fmt: skip
def test_options_are_read_in_each_usual_way(options):
    _, found = collected(opened([{"id": "q-1", "output": "B", **options}]))
    assert found["q-1", 0][0].shown == ("C", "A", "B")
