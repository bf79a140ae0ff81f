"""The pipeline's commands: what they do, what they print, and one clear sentence for an error."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pipeline import store, tasks
from pipeline.models import Batch, KnowledgeGraph, Question, QuestionSet, Trace
from tests import factories
from tests.factories.kg import write_kg

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch) -> list[int]:
    heard: list[int] = []
    monkeypatch.setattr(tasks.pump, "delay", heard.append)
    return heard


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return write_kg(tmp_path / "kg.csv", factories.NODES, factories.EDGES)


def run(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, **options)
    return out.getvalue()


def refused(*arguments: object) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def questions_file(folder: Path, *ids: str) -> Path:
    path = folder / "own.jsonl"
    options = {"A": "Salbutamol", "B": "Propranolol"}
    lines = [
        {"id": i, "question": f"Case {i}?", "options": options}
        | {"answer_idx": "A", "answer": "Salbutamol"}
        for i in ids
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def test_load_kg_registers_the_file_and_says_what_is_in_it(csv):
    assert "small v1 loaded: 10 nodes, 10 edges, 20 rows" in run("load_kg", csv, "--name", "small")
    assert "small v1 already loaded" in run("load_kg", csv, "--name", "small")
    assert KnowledgeGraph.objects.count() == 1


def test_load_kg_names_file_line_and_reason(csv):
    csv.write_text(csv.read_text().replace("effect/phenotype", "effect"))
    sentence = refused("load_kg", csv, "--name", "small")
    assert "kg.csv, line " in sentence
    assert not KnowledgeGraph.objects.exists()


def test_a_missing_file_is_one_sentence(tmp_path):
    missing = tmp_path / "none.csv"
    assert refused("load_kg", missing, "--name", "small") == f"There is no file {missing}."
    sentence = refused("load_questions", missing, "--source", "house", "--name", "own")
    assert sentence == f"There is no file {missing}."


@pytest.mark.parametrize("name", ["../escape", "two words", "n" * 81, ""])
def test_a_name_that_no_address_can_carry_is_refused(csv, tmp_path, name):
    assert "name" in refused("load_kg", csv, "--name", name)
    path = questions_file(tmp_path, "q1")
    assert "name" in refused("load_questions", path, "--source", "house", "--name", name)
    assert not KnowledgeGraph.objects.exists()
    assert not QuestionSet.objects.exists()


def test_load_questions_reports_and_keeps_the_terms(tmp_path):
    path = questions_file(tmp_path, "q1", "q2")
    arguments = ("load_questions", path, "--source", "house", "--name", "own")
    out = run(*arguments, "--licence", "MIT", "--may-be-released", "--may-go-to", "llm.example")
    assert "own: 2 added, 0 already there, 0 rejected." in out
    made = QuestionSet.objects.get()
    assert (made.licence, made.may_be_released, made.is_benchmark) == ("MIT", True, False)
    assert (made.text_may_go, made.destinations) == ("listed_endpoints", ["llm.example"])
    assert "0 added, 2 already there" in run(*arguments)


def test_load_questions_marks_a_benchmark_with_its_split(tmp_path):
    path = questions_file(tmp_path, "q1")
    arguments = ("load_questions", path, "--source", "house", "--name", "exam")
    assert "evaluation questions only" in refused(*arguments, "--split", "test")
    run(*arguments, "--licence", "MIT", "--benchmark", "--split", "test")
    made = QuestionSet.objects.get()
    assert (made.is_benchmark, made.split) == (True, "test")
    assert "1 already there" in run(*arguments)
    other = ("--benchmark", "--split", "dev")
    assert "the split 'test'" in refused(*arguments, "--licence", "MIT", *other)


def test_a_known_licence_lets_questions_be_released_and_others_need_the_flag(tmp_path):
    path = questions_file(tmp_path, "q1")
    own, flag = ("load_questions", path, "--source", "house", "--name"), "--may-be-released"
    for name, *stated in (("a", "mit"), ("b", "in house"), ("c", "in house", flag), ("d", "")):
        run(*own, name, "--licence", *stated)
    rows = QuestionSet.objects.order_by("name").values_list("licence", "may_be_released")
    assert list(rows) == [
        ("MIT", True),
        ("in house", False),
        ("in house", True),
        ("unknown", False),
    ]
    assert "no adapted form" in refused(*own, "e", "--licence", "CC BY-ND 4.0", flag)
    assert "0 added, 1 already there" in run(*own, "a", "--licence", "MIT")


def test_a_graph_without_a_licence_says_what_follows_and_set_terms_states_one(csv):
    out = run("load_kg", csv, "--name", "small")
    assert "not stated: traces made on it cannot be released until" in out
    stated = run("set_terms", "graph", "small", "--licence", "cc0", "--reason", "R.")
    assert "small v1: CC0-1.0, may be released." in stated
    assert "CC0-1.0" in refused("load_kg", csv, "--name", "small", "--licence", "MIT")
    kept = run("set_terms", "graph", "small", "--not-for-release", "--reason", "R.")
    assert "is kept out of releases" in kept
    source = ("--source", "https://example.org", "--licence", "CC BY 4.0")
    assert "cannot be released" not in run("load_kg", csv, "--name", "other", *source)
    other = KnowledgeGraph.objects.get(name="other")
    assert (other.licence, other.source) == ("CC-BY-4.0", "https://example.org")
    missing = refused("set_terms", "endpoint", "none", "--licence", "MIT", "--reason", "R.")
    assert missing == "There is no endpoint named none."


def test_load_questions_prints_bad_lines_with_their_reasons(tmp_path):
    path = questions_file(tmp_path, "q1")
    path.write_text(path.read_text() + "\n{broken\n")
    out = run("load_questions", path, "--source", "house", "--name", "own")
    assert "1 added, 0 already there, 1 rejected" in out
    assert "  line 2: " in out


def test_a_file_that_cannot_be_read_leaves_no_set(tmp_path):
    path = tmp_path / "own.jsonl.gz"
    path.write_bytes(b"not gzip")
    assert "not a gzip file" in refused("load_questions", path, "--source", "house", "--name", "x")
    assert not QuestionSet.objects.exists()
    assert not Question.objects.exists()


def test_other_terms_are_refused(tmp_path):
    path = questions_file(tmp_path, "q1")
    arguments = ("load_questions", path, "--source", "house", "--name", "own")
    run(*arguments, "--licence", "MIT", "--may-be-released")
    assert "evaluation" in refused(*arguments, "--licence", "MIT", "--benchmark")


def started(*options: object) -> str:
    factories.question_set(4)
    factories.graph()
    return run("generate", "--questions", "questions", "--graph", "small", *options)


def test_generate_waits_and_prints_the_funnel(rung):
    out = started("--wait")
    assert "finished, 4 traces." in out
    for line in ("Mentions found", "A path joins them", "Kept by every filter"):
        assert line in out
    assert Batch.objects.get().state == Batch.State.FINISHED
    assert rung == []


def test_generate_prints_each_reason_with_its_count():
    factories.question_set(4)
    graph = factories.graph()
    Question.objects.filter(id_in_source="q0").update(
        text="What is the value?", options=[], answer_label="", answer_text="17 mmol/l"
    )
    out = run("generate", "--questions", "questions", "--graph", graph.name, "--wait")
    reason = Trace.objects.get(state="failed").failure_reason.replace("_", " ")
    assert f"    - {reason}" in out


def test_generate_without_waiting_rings_on_commit(rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        started("--limit", "2", "--samples", "2")
    batch = Batch.objects.get()
    assert set(rung) == {batch.pk}
    assert batch.traces.count() == 4


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--limit", "0"), "limit must be at least 1"),
        (("--limit", "-3"), "limit must be at least 1"),
        (("--samples", "0"), "1 to 16"),
        (("--samples", "17"), "1 to 16"),
        (("--questions", "none"), "no question set named none"),
        (("--graph", "none"), "no knowledge graph named none"),
        (("--preset", "default", "--wait"), "needs a language model: name an endpoint"),
    ],
)
def test_generate_refuses_in_one_sentence(options, sentence):
    factories.question_set(1)
    factories.graph()
    known = ("--questions", "questions", "--graph", "small")
    assert sentence in refused("generate", *known, *options)


def test_reap_does_one_round_by_hand(rung):
    batch = factories.batch(1)
    run("reap")
    run("reap", once=True)
    assert set(rung) == {batch.pk}


def test_generate_makes_placebos_and_checks_on_request():
    factories.question_set(4, name="asked")
    factories.graph("house")
    told = ("--placebo", "0.5", "--check", "without_cot=1", "--check", "rivals=2")
    run("generate", "--questions", "asked", "--graph", "house", "--wait", *told)
    batch = Batch.objects.get()
    assert (batch.placebo_share, batch.traces.count()) == (0.5, 8)
    assert (batch.config["checks"]["without_cot"], batch.config["checks"]["rivals"]) == (1, 2)
    reading = store.trace_record(batch.traces.of_key().filter(state="made").first()).readings[0]
    assert reading.kind == "without_cot"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("contrast=2", "must be a number from 0 to 1"),
        ("contrast", "could not convert"),
        ("deciding=1", "is no check with its share: there are without_cot"),
        ("truth=1", "is no check"),
        ("rivals=1.5", "must be a whole number"),
    ],
)
def test_a_check_that_cannot_be_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("generate", "--questions", "q", "--graph", "g", "--check", text)
