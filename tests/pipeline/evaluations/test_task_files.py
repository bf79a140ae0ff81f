"""`export_tasks`: a loaded benchmark as tasks for other programs."""

import json

import pytest
from django.core.management import CommandError, call_command

from pipeline.benchmarks.identity import benchmark_identity
from pipeline.models import QuestionSet
from tests.benchmarks.outputs.made_up import QUESTIONS
from tests.pipeline.evaluations.benchmarks import benchmark

pytestmark = pytest.mark.django_db


def export(folder, *more, name="made-up"):
    call_command("export_tasks", "--benchmark", name, "--out", str(folder), *more)
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_both_programs_get_a_task_with_identity_and_terms(tmp_path, capsys):
    benchmark(licence="CC-BY-4.0")
    files = export(tmp_path / "tasks")
    assert sorted(files) == [f"ask_made_up_strict.{ending}" for ending in ("jsonl", "py", "yaml")]
    sha256 = benchmark_identity(QUESTIONS).sha256
    for ending in ("py", "yaml"):
        text = files[f"ask_made_up_strict.{ending}"]
        assert sha256 in text
        assert "CC-BY-4.0" in text
        assert "it stays on this machine" in text
    told = capsys.readouterr().out
    assert "lm_eval run" in told
    assert "inspect eval" in told


def test_one_program_one_prompt_and_where_the_text_may_go(tmp_path):
    benchmark(text_may_go=QuestionSet.TextMayGo.LISTED_ENDPOINTS, destinations=["llm.example.org"])
    files = export(tmp_path, "--for", "inspect", "--prompt", "free")
    assert sorted(files) == ["ask_made_up_free.jsonl", "ask_made_up_free.py"]
    assert "llm.example.org" in files["ask_made_up_free.py"]
    rows = [json.loads(line) for line in files["ask_made_up_free.jsonl"].splitlines()]
    assert [row["id"] for row in rows] == [question.id_in_source for question in QUESTIONS]


def test_files_are_never_overwritten_but_may_be_written_again(tmp_path):
    benchmark()
    export(tmp_path)
    assert export(tmp_path) == export(tmp_path)
    with pytest.raises(CommandError, match="another content"):
        export(tmp_path, "--max-output-tokens", "99")


def test_what_cannot_be_exported_is_refused_and_writes_nothing(tmp_path):
    questions = benchmark()
    with pytest.raises(CommandError, match="temperature"):
        export(tmp_path / "none", "--temperature", "3")
    QuestionSet.objects.update(is_benchmark=False)
    with pytest.raises(CommandError, match="not marked as a benchmark"):
        export(tmp_path / "none")
    QuestionSet.objects.update(is_benchmark=True)
    questions.questions.update(options=[])
    with pytest.raises(CommandError, match="has options"):
        export(tmp_path / "none")
    with pytest.raises(CommandError, match="no question set other"):
        export(tmp_path / "none", name="other")
    assert not (tmp_path / "none").exists()
