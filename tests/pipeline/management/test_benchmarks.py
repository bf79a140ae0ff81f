"""`manage.py benchmarks`: lists, works out what is missing, marks and unmarks."""

import pytest

from pipeline import store
from pipeline.models import QuestionSet
from tests import factories
from tests.pipeline.management.test_commands import refused, run

pytestmark = pytest.mark.django_db


def test_it_lists_what_each_benchmark_is():
    exam = factories.question_set(3, name="exam", is_benchmark=True, split="test")
    turned = factories.question(0).options[::-1]
    again = factories.question(0, id_in_source="again", options=turned, answer_text="Propranolol")
    store.question_row(exam, again).save()
    factories.question_set(1, name="training")
    out = run("benchmarks")
    sha256 = QuestionSet.objects.get(name="exam").identity.sha256
    assert out.strip() == (
        f"exam: split test; identity {sha256[:12]}, 4 questions; options 4; "
        "repeats 1 (1 with different keys); in training 2 exactly and 0 nearly."
    )


def test_a_set_is_marked_and_unmarked_with_a_reason():
    factories.question_set(1, name="exam")
    assert run("benchmarks") == ""
    assert "Say why" in refused("benchmarks", "--mark", "exam")
    marked = run("benchmarks", "--mark", "exam", "--split", "test", "--reason", "R.")
    assert marked.startswith("exam: split test; identity ")
    assert run("benchmarks", "--unmark", "exam", "--reason", "R.") == ""
    assert not QuestionSet.objects.get().is_benchmark
    assert "no question set named other" in refused("benchmarks", "--mark", "other")
