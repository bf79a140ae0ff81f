"""What is proposed for a file, what is called uncertain, and what is shown before it is saved."""

import json
from typing import Any

import pytest

from pipeline.core.datasets.mapping.field_mapping import FieldMapping, KeyField, SplitField
from pipeline.core.datasets.mapping.preview import preview
from pipeline.core.datasets.mapping.proposal import Stated, propose_mapping
from pipeline.core.datasets.source_file import SourceRecord
from pipeline.core.errors import InvalidConfiguration


def sample(*rows: dict[str, Any]) -> list[SourceRecord]:
    return [SourceRecord(n + 1, n, row) for n, row in enumerate(rows)]


def numbered(*keys: object) -> list[SourceRecord]:
    texts = {"choice_1": "x", "choice_2": "y", "choice_3": "z"}
    return sample(*({"stem": f"Q{n}?", **texts, "label": key} for n, key in enumerate(keys)))


def test_a_number_that_may_count_either_way_is_left_open_and_shown_both_ways():
    proposal = propose_mapping(numbered(1, 2))
    assert proposal.mapping is not None
    assert proposal.mapping.keys == (KeyField("label", "number"),)
    assert any("from 0 or from 1" in doubt for doubt in proposal.uncertain)
    (first, _) = preview(proposal.mapping, numbered(1, 2))
    assert first.counts_from == (0, 1)
    assert [question.answer_label for question in first.questions] == ["B", "A"]


@pytest.mark.parametrize(("keys", "first"), [((0, 2), 0), ((1, 3), 1)])
def test_a_number_that_can_count_only_one_way_is_proposed_so(keys, first):
    mapping = propose_mapping(numbered(*keys)).mapping
    assert mapping is not None
    assert mapping.keys == (KeyField("label", "number", first),)


def test_a_text_beside_it_shows_from_where_a_number_counts():
    rows = [{**record.fields, "answer": "xyz"[n]} for n, record in enumerate(numbered(1, 2))]
    mapping = propose_mapping(sample(*rows)).mapping
    assert mapping is not None
    assert mapping.keys == (KeyField("answer", "text"), KeyField("label", "number", 1))


def test_options_that_are_letters_leave_open_what_a_letter_means():
    rows = [{"question": "Which group?", "options": ["B", "A", "O"], "answer": "A"}]
    proposal = propose_mapping(sample(*rows))
    assert any("letter or text" in doubt for doubt in proposal.uncertain)


def test_a_key_that_says_yes_or_no_is_a_choice_between_them():
    rows = [{"QUESTION": f"Q{n}?", "final_decision": d} for n, d in enumerate(("yes", "no"))]
    mapping = propose_mapping(sample(*rows)).mapping
    assert mapping is not None
    assert mapping.options is not None
    assert (mapping.options.written, mapping.options.texts) == ("same", ("yes", "no", "maybe"))


def test_what_is_stated_is_not_guessed_again():
    rows = [{"text": "Q?", "notes": "long " * 50, "w": "x", "r": "y", "right": "y", "no": 7}]
    assert propose_mapping(sample(*rows)).mapping is None
    mapping = propose_mapping(
        sample(*rows), Stated(question="text", options=("r", "w"), keys=("right",))
    ).mapping
    assert mapping is not None
    assert (mapping.question, mapping.keys) == ("text", (KeyField("right", "text"),))


@pytest.mark.parametrize("rows", [[], [{"n": 1}], [{"question": "Q?"}]])
def test_a_file_without_question_or_key_gets_no_mapping(rows):
    proposal = propose_mapping(sample(*rows))
    assert proposal.mapping is None
    assert proposal.uncertain


def test_splits_and_missing_ids_are_told():
    rows = [{"question": f"Q{n}?", "answer": "x", "split": s} for n, s in enumerate("ab")]
    doubts = " ".join(propose_mapping(sample(*rows)).uncertain)
    assert "split may divide the file ('a', 'b')" in doubts
    assert "place in the file" in doubts


def test_only_the_split_that_is_asked_for_is_shown():
    mapping = FieldMapping("q", (KeyField("a", "text"),), split=SplitField("split", "test"))
    rows = [{"q": f"Q{n}?", "a": "x", "split": s} for n, s in enumerate(("train", "test"))]
    assert [shown.line for shown in preview(mapping, sample(*rows))] == [2]


def test_a_record_that_gives_no_question_shows_why():
    mapping = FieldMapping("q", (KeyField("a", "text"),))
    (shown,) = preview(mapping, sample({"q": "Q?"}))
    assert (shown.questions, shown.reason) == ((), "Field a is missing.")


def test_a_mapping_comes_back_from_json_as_it_went():
    proposal = propose_mapping(numbered(0, 2))
    assert proposal.mapping is not None
    plain = json.loads(json.dumps(proposal.mapping.as_json()))
    assert FieldMapping.from_json(plain) == proposal.mapping


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"question": "q", "keys": []},
        {"question": "q", "keys": [{"column": "k", "written": "letter"}]},
        {"question": "q", "keys": [{"column": "k", "written": "number", "counts_from": 2}]},
        {"question": "q", "keys": [{"column": "k", "written": "text"}], "extra": 1},
    ],
)
def test_what_is_no_mapping_is_refused(plain):
    with pytest.raises(InvalidConfiguration):
        FieldMapping.from_json(plain)
