"""Loading questions: what joins a set, what is known, what is rejected, what leaves no trace."""

import gzip
import io
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pipeline import store
from pipeline.core.datasets.registry import UnknownSource
from pipeline.core.errors import Refusal, SourceFileError
from pipeline.models import Event, Question, QuestionLoad, QuestionSet
from pipeline.sources.question_sets import QuestionSetTerms, get_or_create_question_set
from pipeline.sources.questions import load_file, load_questions
from tests import actors, factories
from tests.overlapping import before_commit

pytestmark = pytest.mark.django_db

TERMS = QuestionSetTerms(licence="Apache-2.0", may_be_released=True)
OPTIONS = {"A": "Salbutamol", "B": "Propranolol"}


def record(number: int, **changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": f"q{number}",
        "question": f"Which drug treats case {number}?",
        "options": OPTIONS,
        "answer_idx": "A",
        "answer": "Salbutamol",
    }
    return fields | changes


def as_file(*records: object) -> io.BytesIO:
    return io.BytesIO("\n".join(json.dumps(record) for record in records).encode())


def house_set(name: str = "own") -> QuestionSet:
    return get_or_create_question_set(name, source="house", terms=TERMS)


def load(target: QuestionSet, *records: object) -> QuestionLoad:
    return load_questions(target, as_file(*records), file_name="own.jsonl")


def counts(report: QuestionLoad) -> tuple[int, int, int]:
    return report.added, report.known, report.rejected


@pytest.mark.parametrize("known", [True, False], ids=["a known benchmark", "a new one"])
def test_a_benchmark_takes_no_question_without_a_key(known):
    abstract = {"pubid": 1, "question": "Does it help?", "context": {"contexts": ["It may."]}}
    terms = QuestionSetTerms("MIT", is_benchmark=True)
    if known:
        get_or_create_question_set("exam", source="pubmedqa", terms=terms)
    load = partial(load_file, "exam", source="pubmedqa", terms=None if known else terms)
    open_only = as_file(abstract | {"long_answer": "It does."})
    with pytest.raises(SourceFileError, match="no answer key"):
        load(open_only, file_name="unlabelled.jsonl")
    keyed = abstract | {"pubid": 2, "long_answer": "It does.", "final_decision": "yes"}
    report = load(as_file(abstract | {"long_answer": "It does."}, keyed), file_name="a.jsonl")
    assert counts(report) == (1, 0, 1)
    open_only.seek(0)
    assert load_file(
        "train", open_only, file_name="a.jsonl", source="pubmedqa", terms=QuestionSetTerms("MIT")
    ).added


def test_questions_are_stored_as_the_file_states_them():
    target = house_set()
    load(target, record(1, specialty="Pneumology", context="Read this first."))
    question = store.question_record(target.questions.get())
    assert (question.id_in_source, question.answer_label) == ("q1", "A")
    assert [option.text for option in question.options] == list(OPTIONS.values())
    assert (question.specialty, question.context) == ("Pneumology", "Read this first.")


def test_a_bad_line_is_reported_with_number_and_reason_and_stops_nothing():
    report = load(house_set(), record(1), record(2, answer_idx="Z"), record(3))
    assert counts(report) == (2, 0, 1)
    [(line, reason)] = report.rejections
    assert line == 2
    assert "answer key" in reason


def test_the_same_file_twice_adds_nothing():
    target = house_set()
    load(target, record(1), record(2))
    assert counts(load(target, record(1), record(2))) == (0, 2, 0)
    assert target.questions.count() == 2


def test_the_same_content_under_another_id_is_known():
    target = house_set()
    load(target, record(1))
    assert counts(load(target, record(1, id="other"))) == (0, 1, 0)


def test_the_same_id_with_other_content_is_rejected_with_the_reason():
    target = house_set()
    load(target, record(1))
    report = load(target, record(1, question="Which drug is quite another matter?"))
    assert counts(report) == (0, 0, 1)
    [(line, reason)] = report.rejections
    assert (line, reason) == (1, "The id q1 belongs to another question of this set.")
    assert target.questions.get().text == "Which drug treats case 1?"


@pytest.mark.django_db(transaction=True)
def test_a_load_finds_what_another_is_about_to_add():
    target = house_set()
    lines = [record(1), record(2, question="Another question?"), record(3)]
    with before_commit(lambda: load(target, *lines)) as outcome:
        load(target, record(1), record(2))
    (report,) = outcome
    assert isinstance(report, QuestionLoad)
    assert counts(report) == (1, 1, 1)
    assert report.rejections == [(2, "The id q2 belongs to another question of this set.")]


def test_twins_far_apart_in_one_file_are_stored_once(monkeypatch):
    monkeypatch.setattr("pipeline.sources.questions.CHUNK_SIZE", 2)
    twin = record(9, question="Which drug treats case 1?")
    assert counts(load(house_set(), record(1), record(2), record(3), twin)) == (3, 1, 0)


def test_only_the_first_rejections_are_kept_but_all_are_counted(monkeypatch):
    monkeypatch.setattr("pipeline.sources.questions.MAX_REJECTIONS_KEPT", 2)
    report = load(house_set(), record(9), *[record(n, answer="wrong") for n in range(5)])
    assert (report.rejected, len(report.rejections)) == (5, 2)


@pytest.mark.parametrize(
    ("content", "file_name"),
    [(b"{}", "own.jsonl.gz"), (b"{}", "own.exe"), (b"\x1f\x8bnot gzip", "own.jsonl.gz")],
)
def test_a_file_that_cannot_be_read_leaves_no_rows(content, file_name):
    target = house_set()
    with pytest.raises(SourceFileError):
        load_questions(target, io.BytesIO(content), file_name=file_name)
    assert not Question.objects.exists()
    assert not QuestionLoad.objects.exists()


def test_a_file_cut_off_in_the_middle_leaves_no_rows(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("pipeline.sources.questions.CHUNK_SIZE", 10)
    whole = gzip.compress(as_file(*[record(n) for n in range(5000)]).getvalue())
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceFileError):
        load_questions(house_set(), cut, file_name=cut.name)
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    "hostile", ["a\x00b", "\u202eevil", "\ud800", "a\x1bb"], ids=["nul", "rtl", "half", "escape"]
)
def test_control_and_direction_characters_are_rejected_by_line(hostile):
    report = load(house_set(), record(1), record(2, question=hostile))
    assert counts(report) == (1, 0, 1)
    assert hostile not in report.rejections[0][1]


def test_markup_is_text_like_any_other():
    hostile = "<img src=x onerror=alert(1)> =cmd|' /C calc'!A0"
    target = house_set()
    assert counts(load(target, record(1, question=hostile))) == (1, 0, 0)
    assert target.questions.get().text == hostile


def test_a_set_is_found_again_under_its_own_terms():
    assert house_set() == house_set()
    assert get_or_create_question_set("own", source="house", terms=None) == house_set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("licence", ["Apache-2.0", "MIT"])
def test_of_two_who_make_a_set_at_once_one_finds_the_others(licence):
    terms = replace(TERMS, licence=licence)
    late = partial(get_or_create_question_set, "own", source="house", terms=terms)
    with before_commit(late) as outcome:
        target = house_set()
    assert outcome == [target] if terms == TERMS else isinstance(outcome[0], Refusal)


def test_an_unknown_source_makes_no_set():
    with pytest.raises(UnknownSource):
        get_or_create_question_set("own", source="nowhere", terms=TERMS)
    assert not QuestionSet.objects.exists()


@pytest.mark.parametrize(
    ("source", "terms", "reason"),
    [
        ("medqa", TERMS, "house questions, not medqa"),
        ("house", QuestionSetTerms("MIT", may_be_released=True), "licence"),
        ("house", QuestionSetTerms(""), "may be released"),
        ("house", QuestionSetTerms("", may_be_released=True, is_benchmark=True), "no evaluation"),
        (
            "house",
            QuestionSetTerms("", True, text_may_go="listed_endpoints", destinations=("a.example",)),
            "stay on this machine",
        ),
    ],
)
def test_a_set_never_takes_questions_under_other_terms(source, terms, reason):
    house_set()
    with pytest.raises(Refusal, match=reason):
        get_or_create_question_set("own", source=source, terms=terms)


def test_without_terms_a_new_set_allows_nothing():
    target = get_or_create_question_set("new", source="house", terms=None)
    assert (target.licence, target.may_be_released) == ("unknown", False)
    assert (target.text_may_go, target.destinations) == ("this_machine", [])


def test_sets_and_loads_are_in_the_audit_with_their_actor():
    lead = actors.lead()
    target = get_or_create_question_set("own", source="house", terms=TERMS, created_by=lead)
    load_questions(target, as_file(record(1)), file_name="own.jsonl", loaded_by=lead)
    events = Event.objects.values_list("action", "actor", "payload__added")
    assert list(events) == [
        ("question_set.created", lead.pk, None),
        ("questions.loaded", lead.pk, 1),
    ]


def test_two_sets_may_hold_the_same_question():
    one, other = factories.question_set(1, name="one"), house_set("two")
    store.question_row(other, factories.question(0)).save()
    assert one.questions.get().content_sha256 == other.questions.get().content_sha256


def test_a_file_in_another_format_makes_no_set(tmp_path: Path):
    file = tmp_path / "medmcqa.jsonl"
    file.write_text('{"id": "1", "question": "Q?", "opa": "a", "opb": "b", "cop": 0}\n')
    with pytest.raises(SourceFileError, match="no question that can be used"):
        load_file("named", file, file_name=file.name, source="house", terms=None)
    assert not QuestionSet.objects.exists()
