"""The commands that describe and load question files, as someone types them."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pipeline.models import FileMapping, Question

pytestmark = pytest.mark.django_db

ROWS = [
    {"stem": "What is lacking in scurvy?", "c1": "Vitamin A", "c2": "Vitamin C", "hit": 1},
    {"stem": "What is lacking in rickets?", "c1": "Vitamin D", "c2": "Vitamin K", "hit": 1},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


COLUMNS = ("--question", "stem", "--options", "c1", "c2", "--key", "hit")


def test_a_file_is_described_shown_both_ways_saved_and_loaded(file, capsys):
    call_command("describe_questions", file, *COLUMNS)
    shown = capsys.readouterr().out
    assert "key counted from 0: What is lacking in scurvy?" in shown
    assert "key counted from 1: What is lacking in scurvy?" in shown
    assert not FileMapping.objects.exists()

    call_command("describe_questions", file, *COLUMNS, "--key-counts-from", "1", "--save", "mine")
    shown = capsys.readouterr().out
    assert "= A. Vitamin A" in shown
    assert "counted from 0" not in shown
    call_command("load_questions", file, "--source", "mine", "--name", "own")
    assert "2 added" in capsys.readouterr().out
    assert list(Question.objects.values_list("answer_label", flat=True)) == ["A", "A"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("describe_questions", "--question", "nowhere"), "no column nowhere; it has stem, c1"),
        (("describe_questions",), "Name the columns"),
        (("load_questions", "--source", "medmcqa", "--name", "x"), "medmcqa needs id, question"),
        (("load_questions", "--source", "nowhere", "--name", "x"), "Unknown question source"),
    ],
)
def test_what_cannot_be_read_is_told(file, arguments, reason):
    command, *rest = arguments
    with pytest.raises(CommandError, match=reason):
        call_command(command, file, *rest)
    assert not FileMapping.objects.exists()


def test_other_keys_are_listed(tmp_path, capsys):
    options = {"A": "w", "B": "x", "C": "y", "D": "z"}
    record = {"question": "Q?", "options": options}
    rows = [record | {"answer_idx": letter, "answer": options[letter]} for letter in "AB"]
    path = tmp_path / "two.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    call_command("load_questions", path, "--source", "medqa", "--name", "two")
    assert "Line 2 asks what line 1 asks, with another key" in capsys.readouterr().out
