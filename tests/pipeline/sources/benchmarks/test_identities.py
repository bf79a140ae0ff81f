"""What a worker works out of benchmarks, when it does so again, and that two never do at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pipeline import store, tasks
from pipeline.benchmarks.identity import benchmark_identity
from pipeline.benchmarks.overlaps import most_alike
from pipeline.core.records import Option
from pipeline.models import BenchmarkIdentity, QuestionSet
from pipeline.sources.benchmarks import identities
from pipeline.sources.benchmarks.facts import benchmark_facts
from pipeline.sources.key_corrections import correct_key
from pipeline.sources.questions import load_questions
from tests import actors, factories
from tests.pipeline.sources.test_questions import as_file, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam() -> QuestionSet:
    return factories.question_set(4, name="exam", is_benchmark=True, split="test")


def worked_out(row: QuestionSet) -> BenchmarkIdentity:
    identities.work_out(QuestionSet.objects.get(pk=row.pk))
    return BenchmarkIdentity.objects.get(question_set=row)


def facts(row: QuestionSet):
    (found,) = benchmark_facts([QuestionSet.objects.select_related("identity").get(pk=row.pk)])
    return found


def test_a_benchmark_is_identified_as_the_questions_that_are_asked(exam):
    free = factories.question(7, options=(), answer_label=None)
    store.question_row(exam, free).save()
    row = worked_out(exam)
    asked = [factories.question(number) for number in range(4)]
    assert row.sha256 == benchmark_identity(asked).sha256
    assert (row.questions, row.open_ended, row.options) == (4, 1, {"4": 4})
    assert facts(exam).options == "4"


def test_repeats_are_counted_and_shown_with_their_keys(exam):
    turned = factories.question(0).options[::-1]
    again = factories.question(0, id_in_source="again", options=turned, answer_text="Propranolol")
    store.question_row(exam, again).save()
    row = worked_out(exam)
    assert (row.questions, row.clusters, row.repeat_groups) == (5, 4, 1)
    (repeat,) = facts(exam).repeats
    assert repeat.questions == (("q0", "Salbutamol"), ("again", "Propranolol"))
    assert (repeat.has_one_key, facts(exam).contradicting) == (False, 1)


def test_questions_that_stand_in_another_set_are_named(exam):
    other = factories.question_set(1, name="training")
    near = factories.question(1, id_in_source="n1", options=(Option("A", "Amlodipine"),))
    store.question_row(other, near).save()
    factories.question_set(2, name="apart", first=20)
    worked_out(exam)
    found = facts(exam)
    assert found.is_current
    (overlap,) = [one for one in found.overlaps if one.question_set == other]
    assert (overlap.exact, overlap.near, overlap.other_key) == (1, 1, 0)
    assert [(pair["question"], pair["other"]) for pair in overlap.pairs] == [
        ("q0", "q0"),
        ("q1", "n1"),
    ]


def test_only_benchmarks_are_worked_out_and_only_once(exam):
    factories.question_set(1, name="training")
    assert identities.out_of_date() == [exam]
    worked_out(exam)
    assert identities.out_of_date() == []


def test_whatever_changes_what_is_asked_is_worked_out_again(exam):
    before = worked_out(exam).sha256
    correct_key(
        exam.questions.first(), label="B", text="Propranolol", reason="R.", by=actors.lead()
    )
    assert identities.out_of_date() == [exam]
    assert not facts(exam).is_identified
    corrected = worked_out(exam).sha256
    load_questions(exam, as_file(record(9)), file_name="more.jsonl")
    assert identities.out_of_date() == [exam]
    assert len({before, corrected, worked_out(exam).sha256}) == 3


def test_a_load_that_adds_nothing_changes_nothing(exam):
    load_questions(exam, as_file(record(9)), file_name="more.jsonl")
    worked_out(exam)
    load_questions(exam, as_file(record(9)), file_name="more.jsonl")
    assert identities.out_of_date() == []


def test_a_set_that_is_loaded_later_is_compared_alone(exam, monkeypatch):
    known = factories.question_set(1, name="known", first=30)
    worked_out(exam)
    new = factories.question_set(1, name="new")
    assert identities.out_of_date() == [exam]
    assert (facts(exam).is_identified, facts(exam).is_current) == (True, False)
    compared = list[str]()

    def counted(lookup, others):
        others = list(others)
        compared.extend(other.id_in_source for other in others)
        return most_alike(lookup, others)

    monkeypatch.setattr(identities, "most_alike", counted)
    worked_out(exam)
    assert compared == ["q0"]
    assert set(BenchmarkIdentity.objects.get().overlaps) == {str(known.pk), str(new.pk)}


def test_while_one_worker_is_at_it_another_leaves_it_alone(exam, monkeypatch):
    worked_out(exam)
    work, at_work = identities._work_out, list[str]()

    def noted(identity):
        at_work.append(str(identity))
        work(identity)

    monkeypatch.setattr(identities, "_work_out", noted)
    BenchmarkIdentity.objects.update(
        revision=None, lease_token="0" * 32, lease_until=timezone.now() + timedelta(minutes=1)
    )
    assert (worked_out(exam).revision, at_work) == (None, [])
    BenchmarkIdentity.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    row = worked_out(exam)
    assert (row.revision, row.lease_token) == (exam.revision, None)


def test_the_reaper_asks_a_worker_for_what_is_out_of_date(exam, monkeypatch):
    rung = list[int]()
    monkeypatch.setattr(tasks.work_out_benchmark, "delay", rung.append)
    tasks.requeue_expired()
    assert rung == [exam.pk]
    tasks.work_out_benchmark(exam.pk)
    tasks.requeue_expired()
    assert rung == [exam.pk]
    tasks.work_out_benchmark(exam.pk + 999)
