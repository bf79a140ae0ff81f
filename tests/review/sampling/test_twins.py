"""Twins among traces: exact and near, across samples, batches and sets; nothing else is joined."""

import pytest

from pipeline.models import Question, Trace
from review.sampling import twins
from review.sampling.twins import asking_the_same, twins_among, twins_of_study
from tests import factories
from tests.review.planted_words import all_different, made_to_say

pytestmark = pytest.mark.django_db

SAID = ("Wheezing points to asthma.", "Therefore, salbutamol 1.5 mg is the drug of choice.")
NEARLY = ("wheezing points to asthma", "Salbutamol 1.5 mg is thus the drug of choice!")


@pytest.fixture
def batches():
    """Two batches over sets that ask the same four questions."""
    return [factories.made_batch(4), factories.made_batch(4, name="second")]


@pytest.fixture
def rows(batches):
    first, second = map(all_different, batches)
    return [*first, *second]


def ids(rows):
    return [row.pk for row in rows]


def by_id(pk):
    return 0


def test_without_the_same_words_there_is_no_twin(rows):
    assert twins_among(ids(rows), by_id) == {}


def test_the_same_words_in_two_batches_are_twins(rows):
    made_to_say(rows[0], *SAID)
    made_to_say(rows[4], *(text.upper() for text in SAID))
    found = twins_among(ids(rows), by_id)
    assert {pk: (twin.kept, twin.exact) for pk, twin in found.items()} == {
        rows[4].pk: (rows[0].pk, True)
    }


def test_nearly_the_same_words_are_twins_and_told_apart(rows):
    made_to_say(rows[0], *SAID)
    made_to_say(rows[4], *NEARLY)
    assert not twins_among(ids(rows), by_id)[rows[4].pk].exact


@pytest.mark.parametrize("changed", ["decreases", "left", "prednisone", "15"])
def test_one_other_word_or_number_is_no_twin(rows, changed):
    meant = {"decreases": "increases", "left": "right", "prednisone": "prednisolone", "15": "1.5"}
    made_to_say(rows[0], f"This {meant[changed]} it.")
    made_to_say(rows[4], f"This {changed} it.")
    assert twins_among(ids(rows), by_id) == {}


def test_two_questions_with_the_same_words_are_no_twins(rows):
    made_to_say(rows[0], *SAID)
    made_to_say(rows[1], *SAID)
    assert twins_among(ids(rows), by_id) == {}


def test_the_same_question_with_another_key_is_another_question(rows):
    made_to_say(rows[0], *SAID)
    made_to_say(rows[4], *SAID)
    Question.objects.filter(pk=rows[4].question_id).update(answer_text="Propranolol")
    assert twins_among(ids(rows), by_id) == {}


def test_rank_decides_which_is_kept(rows):
    made_to_say(rows[0], *SAID)
    made_to_say(rows[4], *SAID)
    found = twins_among(ids(rows), lambda pk: pk != rows[4].pk)
    assert found[rows[0].pk].kept == rows[4].pk


def test_blocks_lose_no_twin_and_single_traces_are_not_read(
    rows, monkeypatch, django_assert_num_queries
):
    for before, after in zip(rows[:4], rows[4:], strict=True):
        made_to_say(before, *SAID)
        made_to_say(after, *SAID)
    monkeypatch.setattr(twins, "BLOCK", 3)
    monkeypatch.setattr(twins, "IDS_BLOCK", 2)
    assert len(twins_among(ids(rows), by_id)) == 4
    monkeypatch.undo()
    with django_assert_num_queries(1):
        assert twins_among(ids(rows[:4]), by_id) == {}


def test_traces_without_a_record_are_nobodys_twins(rows):
    Trace.objects.filter(pk__in=[rows[0].pk, rows[4].pk]).update(record="")
    assert twins_among(ids(rows), by_id) == {}


def test_of_a_population_the_kept_trace_stays(rows):
    for row in (rows[0], rows[4]):
        made_to_say(row, *SAID)
    kept = {row.pk: row is not rows[0] for row in rows}
    found = twins_of_study(kept, [])
    assert list(found.left_out) == [rows[0].pk]
    assert found.design == {
        **{"rule": 1, "left_out": 1, "same_words": 1, "nearly_same_words": 0},
        **{"traces": [rows[0].pk], "like_controls": []},
    }


def test_a_control_with_the_words_of_a_drawn_trace_or_of_another_control_is_not_used(rows):
    outside = all_different(factories.made_batch(1, name="checks"))[0]
    for row in (rows[0], rows[4], outside):
        made_to_say(row, *SAID)
    found = twins_of_study(dict.fromkeys(ids(rows[:4]), True), [rows[4].pk, outside.pk, rows[3].pk])
    assert found.like_controls == {rows[0].pk: rows[4].pk}
    assert found.usable([rows[4].pk, outside.pk, rows[3].pk], [rows[1].pk]) == {
        rows[4].pk,
        rows[3].pk,
    }
    assert found.usable([rows[4].pk, outside.pk, rows[3].pk], [rows[0].pk, rows[3].pk]) == set()


def test_questions_that_ask_the_same_are_found_in_every_set(rows):
    assert asking_the_same([rows[0].question_id]) == {rows[0].question_id, rows[4].question_id}
    assert asking_the_same([]) == set()
