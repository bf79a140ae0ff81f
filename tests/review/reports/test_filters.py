"""The filter report: measures worked by hand, lists, what cannot be known, other batches."""

from dataclasses import replace

import pytest

from pipeline.core.features import FilterFeature
from pipeline.models import QuestionSet
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
from tests.factories.study_facts import REJECTED, SOUND, make_facts, make_item
from tests.review.submitting import grade_all, submit


def rows_of(table):
    """A table's rows, whose cells are of many kinds."""
    return table.rows


@pytest.fixture
def study():
    """Kept: 3 of 4 graded are acceptable, of 40. Discarded: 1 of 4, of 20."""
    kept = [make_item(1, SOUND), make_item(2, SOUND), make_item(3, SOUND), make_item(4, REJECTED)]
    discarded = [
        make_item(5, SOUND, failed=["answer"]),
        make_item(6, REJECTED, failed=["answer"]),
        make_item(7, REJECTED, failed=["answer", "leakage"]),
        make_item(8, REJECTED, failed=["leakage"]),
    ]
    return make_facts([*kept, *discarded], {"house, kept": 40, "house, discarded": 20})


def test_the_verdict_weighed_to_the_batch(study):
    """Acceptable: 30 kept and 5 discarded of 60 traces."""
    result = {name: estimate.value for name, estimate in overall_measures(study).items()}
    assert result == pytest.approx(
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
    estimate, lowest, highest, unanswered, adjudications, more = row[2:]
    assert lowest == highest == estimate.value
    assert (unanswered, adjudications) == (0, 0)
    assert 0 < more <= 36 * 2  # grades, of two an item


def test_a_filter_alone_is_judged_by_what_it_alone_passes(study):
    """Leakage alone passes 6 of 8: of these 4 are acceptable; it rejects 2, neither is."""
    rows = {row[0]: row[2:] for row in rows_of(by_filter_table(study))}
    assert rows["leakage"][0].value == pytest.approx(35 / 50)
    assert rows["leakage"][1].value == 1
    assert rows["leakage"][3].value == 0
    assert [estimate.value for estimate in rows["all together"]] == [
        estimate.value for estimate in overall_measures(study).values()
    ]


def with_check(item, *, passed):
    check = FilterFeature("contrast", passed, None, decides=False)
    filters = (*item.features.filters, check)
    return replace(item, features=replace(item.features, filters=filters))


def test_a_check_is_judged_by_the_traces_it_ran_on_and_is_said_to_measure_only(study):
    """It ran on items 1, 4, 6: it passed the acceptable one and rejected the others."""
    said = {1: True, 4: False, 6: False}
    items = [
        with_check(item, passed=said[item.item]) if item.item in said else item
        for item in study.items
    ]
    rows = {row[0]: row[1:] for row in rows_of(by_filter_table(replace(study, items=tuple(items))))}
    answered, predictive, sensitivity, specificity, false_discards = rows[
        "contrast (measures only)"
    ]
    assert answered == 3
    assert (predictive.value, sensitivity.value) == (1, 1)
    assert (specificity.value, false_discards.value) == (1, 0)
    assert rows["leakage"][0] == 8


def test_a_filter_that_discarded_no_sampled_trace_is_not_said_to_be_sure(study):
    """All it could show is that it passed the sample: no 100 % without error comes of that."""
    predictive, *others = next(
        row[2:] for row in rows_of(by_filter_table(study)) if row[0] == "format"
    )
    assert predictive.value is not None
    assert {estimate.value for estimate in others} == {None}
    assert all(estimate.reason.startswith("it discarded no graded trace") for estimate in others)


def test_graded_traces_that_were_all_kept_do_not_show_what_is_discarded():
    """Early in a study the discarded are not graded yet: no sensitivity of 100 % comes of that."""
    kept, waiting = [make_item(1, SOUND), make_item(2, REJECTED)], make_item(3, failed=["answer"])
    early = make_facts([*kept, waiting], {"house, kept": 40, "house, discarded": 20})
    cells = {row[0]: row[2:] for row in rows_of(overall_table(early))}
    assert cells["Positive predictive value"][0].value == 0.5
    for name in ("Sensitivity", "Specificity", "False-discard rate"):
        assert cells[name][0].reason.startswith("it discarded no graded trace")
        assert set(cells[name][1:]) == {None}


def test_a_group_whose_graded_traces_were_all_on_one_side_is_not_said_to_be_sure(study):
    named = {1: "heart", 2: "heart", 7: "lung", 8: "lung"}
    items = [replace(item, specialty=named.get(item.item, "other")) for item in study.items]
    result = make_facts(items, dict(study.strata))
    rows = rows_of(by_group_table(result, "specialty", "By specialty", lambda item: item.specialty))
    heart, lung, other = ([estimate.reason for estimate in row[2:]] for row in rows)
    assert heart == ["", *["it discarded no graded trace, so this cannot be estimated"] * 3]
    assert lung == [*["it kept no graded trace, so this cannot be estimated"] * 3, ""]
    assert other == [""] * 4


def test_of_a_batch_graded_in_full_that_nothing_was_discarded_is_known():
    result = overall_measures(
        make_facts([make_item(1, SOUND), make_item(2, REJECTED)], {"house, kept": 2})
    )
    assert (result["sensitivity"].value, result["specificity"].value) == (1, 0)


def test_of_a_batch_graded_but_for_one_trace_it_is_not_known():
    result = overall_measures(
        make_facts([make_item(1, SOUND), make_item(2, REJECTED)], {"house, kept": 3})
    )
    assert result["sensitivity"].reason.startswith("it discarded no graded trace")


def test_groups_are_measured_apart():
    items = [make_item(1, SOUND), make_item(2, REJECTED), make_item(3, SOUND, source="medqa")]
    result = make_facts(items, {"house, kept": 10, "medqa, kept": 10})
    rows = rows_of(by_group_table(result, "source", "By source", lambda item: item.source))
    assert [(row[0], row[1], row[2].value) for row in rows] == [("house", 2, 0.5), ("medqa", 1, 1)]


def test_without_discarded_traces_their_measures_are_not_made_up(study):
    kept = make_facts(
        [item for item in study.items if item.kept], {"house, kept": 40}, include_discarded=False
    )
    result = overall_measures(kept)
    assert result["positive predictive value"].value == 0.75
    for name in ("sensitivity", "specificity", "false-discard rate"):
        assert result[name].reason == "discarded traces were not sampled, so this cannot be known"


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


def test_facts_are_read_anew_when_the_terms_of_a_batch_change(graded):
    assert {item.licence_exclusion for item in read_facts(graded).items} == {""}
    QuestionSet.objects.update(may_be_released=False)
    reasons = {item.licence_exclusion for item in read_facts(graded).items}
    assert reasons == {"licence of the questions not cleared for publication"}


def test_right_answers_by_wrong_reasoning_are_listed_with_links(graded):
    facts = read_facts(graded)
    rejected = [item for item in facts.items if item.acceptable == 0]
    report = filters_report(facts)
    wrong_reasoning = report.table("right_answer_wrong_reasoning")
    sound_reasoning = report.table("wrong_answer_sound_reasoning")
    assert [row[0] for row in rows_of(wrong_reasoning)] == [
        Link(f"Trace {item.trace[:8]}", "pipeline:trace", (item.trace,))
        for item in rejected
        if item.features.passed("answer")
    ]
    failed = [
        item for item in facts.items if item.acceptable and not item.features.passed("answer")
    ]
    assert [row[0].arguments for row in rows_of(sound_reasoning)] == [
        (item.trace,) for item in failed
    ]
    assert f"Graded items: {len(failed)}" in sound_reasoning.note


def test_long_lists_are_cut_and_say_so():
    result = [make_item(number, SOUND) for number in range(MAX_LISTED + 1)]
    table = listing_table("key", "Title", result, "Means.")
    assert len(table.rows) == MAX_LISTED
    assert "Graded items: 201; the first 200 are listed" in table.note


def test_an_ungraded_batch_of_the_same_method_gets_a_share_by_rogan_and_gladen(graded):
    facts, own = read_facts(graded), graded.batches.get()
    assert rows_of(others_table(facts)) == ()
    other = factories.made_batch(4, name="other")
    assert rows_of(others_table(facts)) == ()  # made on another graph
    type(other).objects.filter(pk=other.pk).update(knowledge_graph=own.knowledge_graph)
    ((link, total, kept, share),) = rows_of(others_table(facts))
    assert (link.text, total) == ("other", 4)
    errors = overall_measures(facts)
    expected = rogan_gladen(
        kept, total, sensitivity=errors["sensitivity"], specificity=errors["specificity"]
    )
    assert share == expected.share
    assert "assumes that the filter errs on the other batch" in str(filters_report(facts).sections)
