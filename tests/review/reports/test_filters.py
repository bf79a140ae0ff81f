"""The filter report: measures worked by hand, lists, what cannot be known, other batches."""

from dataclasses import replace

import pytest

from pipeline.statistics.estimation.filters import rogan_gladen
from review.models import Reviewer, Study
from review.people.profiles import Profile, save_profile
from review.queue.claim import next_slot
from review.reports.assisted import estimators_table
from review.reports.document import Link
from review.reports.facts import read_facts
from review.reports.filters.calibration import calibration_tables
from review.reports.filters.measures import (
    by_filter_table,
    by_group_table,
    overall_measures,
    overall_table,
)
from review.reports.filters.report import MAX_LISTED, filters_report, listing_table, others_table
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.factories.study_facts import REJECTED, SOUND, facts, item
from tests.review.submitting import grade_all, submit


def rows_of(table):
    """A table's rows, whose cells are of many kinds."""
    return table.rows


@pytest.fixture
def study():
    """Kept: 3 of 4 graded are acceptable, of 40. Discarded: 1 of 4, of 20."""
    kept = [item(1, SOUND), item(2, SOUND), item(3, SOUND), item(4, REJECTED)]
    discarded = [
        item(5, SOUND, failed=["answer"]),
        item(6, REJECTED, failed=["answer"]),
        item(7, REJECTED, failed=["answer", "leakage"]),
        item(8, REJECTED, failed=["leakage"]),
    ]
    return facts([*kept, *discarded], {"house, kept": 40, "house, discarded": 20})


def test_the_verdict_weighed_to_the_batch(study):
    """Acceptable: 30 kept and 5 discarded of 60 traces."""
    found = {name: one.value for name, one in overall_measures(study).items()}
    assert found == pytest.approx(
        {
            "positive predictive value": 30 / 40,
            "sensitivity": 30 / 35,
            "specificity": 15 / 25,
            "false-discard rate": 5 / 20,
        }
    )
    shown = rows_of(estimators_table(study))[0]
    assert shown[1].value == pytest.approx(35 / 60)


def test_each_measure_has_bounds_and_says_how_many_more_grades_it_takes(study):
    row = rows_of(overall_table(study))[0]
    estimate, lowest, highest, unanswered, more = row[2:]
    assert lowest == highest == estimate.value
    assert unanswered == 0
    assert 0 < more <= 36 * 2  # grades, of two an item


def test_a_filter_alone_is_judged_by_what_it_alone_passes(study):
    """Leakage alone passes 6 of 8: of these 4 are acceptable; it rejects 2, neither is."""
    rows = {row[0]: row[1:] for row in rows_of(by_filter_table(study))}
    assert rows["leakage"][0].value == pytest.approx(35 / 50)
    assert rows["leakage"][1].value == 1
    assert rows["leakage"][3].value == 0
    assert [one.value for one in rows["all together"]] == [
        one.value for one in overall_measures(study).values()
    ]


def test_a_filter_that_discarded_no_sampled_trace_is_not_said_to_be_sure(study):
    """All it could show is that it passed the sample: no 100 % without error comes of that."""
    predictive, *others = next(
        row[1:] for row in rows_of(by_filter_table(study)) if row[0] == "format"
    )
    assert predictive.value is not None
    assert {one.value for one in others} == {None}
    assert all(one.reason.startswith("it discarded no graded trace") for one in others)


def test_graded_traces_that_were_all_kept_do_not_show_what_is_discarded():
    """Early in a study the discarded are not graded yet: no sensitivity of 100 % comes of that."""
    kept, waiting = [item(1, SOUND), item(2, REJECTED)], item(3, failed=["answer"])
    early = facts([*kept, waiting], {"house, kept": 40, "house, discarded": 20})
    cells = {row[0]: row[2:] for row in rows_of(overall_table(early))}
    assert cells["Positive predictive value"][0].value == 0.5
    for name in ("Sensitivity", "Specificity", "False-discard rate"):
        assert cells[name][0].reason.startswith("it discarded no graded trace")
        assert set(cells[name][1:]) == {None}


def test_a_group_whose_graded_traces_were_all_on_one_side_is_not_said_to_be_sure(study):
    named = {1: "heart", 2: "heart", 7: "lung", 8: "lung"}
    items = [replace(one, specialty=named.get(one.item, "other")) for one in study.items]
    found = facts(items, dict(study.strata))
    rows = rows_of(by_group_table(found, "specialty", "By specialty", lambda one: one.specialty))
    heart, lung, other = ([one.reason for one in row[2:]] for row in rows)
    assert heart == ["", *["it discarded no graded trace, so this cannot be estimated"] * 3]
    assert lung == [*["it kept no graded trace, so this cannot be estimated"] * 3, ""]
    assert other == [""] * 4


def test_of_a_batch_graded_in_full_that_nothing_was_discarded_is_known():
    found = overall_measures(facts([item(1, SOUND), item(2, REJECTED)], {"house, kept": 2}))
    assert (found["sensitivity"].value, found["specificity"].value) == (1, 0)


def test_groups_are_measured_apart():
    items = [item(1, SOUND), item(2, REJECTED), item(3, SOUND, source="medqa")]
    found = facts(items, {"house, kept": 10, "medqa, kept": 10})
    rows = rows_of(by_group_table(found, "source", "By source", lambda one: one.source))
    assert [(row[0], row[1], row[2].value) for row in rows] == [("house", 2, 0.5), ("medqa", 1, 1)]


def test_without_discarded_traces_their_measures_are_not_made_up(study):
    kept = facts(
        [one for one in study.items if one.kept], {"house, kept": 40}, include_discarded=False
    )
    found = overall_measures(kept)
    assert found["positive predictive value"].value == 0.75
    for name in ("sensitivity", "specificity", "false-discard rate"):
        assert found[name].reason == "discarded traces were not sampled: it cannot be known"


def test_a_score_is_calibrated_on_the_items_it_scored(study):
    tables = {table.key: table for table in calibration_tables(study)}
    rows = rows_of(tables["score_answer"])
    assert {row[0] for row in rows} == {0.0, 1.0}
    assert tables["learned_score"].rows == ()
    assert "needs at least 30 graded items, and has 8" in tables["learned_score"].empty


@pytest.fixture
def lead(db):
    return actors.lead()


@pytest.fixture
def graded(lead) -> Study:
    ann = actors.reviewer("ann")
    batch = factories.made_batch(8)
    study = open_study(StudyPlan("study", [batch], [ann], overlap=1, seed=3), opened_by=lead)
    submit(next_slot(study, reviewer=ann), ann, decision="reject")
    grade_all(study, ann)
    return study


def test_facts_are_read_anew_when_a_rater_says_another_specialty(graded, lead):
    assert read_facts(graded) is read_facts(graded)
    assert {grade.specialty for grade in read_facts(graded).items[0].independent} == {""}
    ann = Reviewer.objects.get()
    save_profile(ann, Profile(specialty="cardiology"), by=ann.user)
    assert {grade.specialty for grade in read_facts(graded).items[0].independent} == {"cardiology"}


def test_right_answers_by_wrong_reasoning_are_listed_with_links(graded):
    facts = read_facts(graded)
    rejected = [one for one in facts.items if one.acceptable == 0]
    report = filters_report(facts)
    wrong_reasoning = report.table("right_answer_wrong_reasoning")
    sound_reasoning = report.table("wrong_answer_sound_reasoning")
    assert [row[0] for row in rows_of(wrong_reasoning)] == [
        Link(f"Trace {one.trace[:8]}", "pipeline:trace", (one.trace,))
        for one in rejected
        if one.features.passed("answer")
    ]
    failed = [one for one in facts.items if one.acceptable and not one.features.passed("answer")]
    assert [row[0].arguments for row in rows_of(sound_reasoning)] == [
        (one.trace,) for one in failed
    ]
    assert f"Graded items: {len(failed)}" in sound_reasoning.note


def test_long_lists_are_cut_and_say_so():
    found = [item(number, SOUND) for number in range(MAX_LISTED + 1)]
    table = listing_table("key", "Title", found, "Means.")
    assert len(table.rows) == MAX_LISTED
    assert "Graded items: 201; the first 200 are listed" in table.note


def test_an_ungraded_batch_of_the_same_method_gets_a_share_by_rogan_and_gladen(graded):
    facts, own = read_facts(graded), graded.batches.get()
    assert rows_of(others_table(facts)) == ()
    other = factories.made_batch(4, name="other")
    assert rows_of(others_table(facts)) == ()  # made on another graph
    type(other).objects.filter(pk=other.pk).update(knowledge_graph=own.knowledge_graph)
    ((link, made, kept, share),) = rows_of(others_table(facts))
    assert (link.text, made) == ("other", 4)
    errors = overall_measures(facts)
    expected = rogan_gladen(
        kept, made, sensitivity=errors["sensitivity"], specificity=errors["specificity"]
    )
    assert share == expected.share
    assert "assumes that the filter errs on the other batch" in str(filters_report(facts).sections)
