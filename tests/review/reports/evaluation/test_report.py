"""Evaluations side by side: planted answers are found, and what must not be compared is refused."""

from typing import Any

import pytest

from pipeline.benchmarks.scoring.contamination import Match
from pipeline.core.errors import Refusal
from pipeline.models import Evaluation, EvaluationItem, Question
from review.models import Release
from review.reports.evaluation import facts as module
from review.reports.evaluation.facts import EvaluationFacts, read_facts
from review.reports.evaluation.report import evaluation_report, imprint_of
from tests.pipeline.evaluations.benchmarks import benchmark as made_up
from tests.pipeline.evaluations.imported.test_importing import imported
from tests.review.reports.evaluation.planted import UNREAD, always, benchmark, evaluation, right_on

pytestmark = pytest.mark.django_db


def facts_of(*rows: Evaluation, **more: Any) -> EvaluationFacts:
    return read_facts(rows, **{"in_releases": {}} | more)


def table(facts: EvaluationFacts, key: str) -> list[dict[str, Any]]:
    found = evaluation_report(facts).report.table(key)
    assert found is not None
    keys = [column.key for column in found.columns]
    return [dict(zip(keys, row, strict=True)) for row in found.rows]


def section(facts: EvaluationFacts, key: str) -> str:
    (found,) = [one for one in evaluation_report(facts).report.sections if one.key == key]
    return "\n".join(found.text)


def test_accuracy_stands_three_ways_and_what_was_not_read_is_counted():
    exam = benchmark()

    def answer(item: EvaluationItem, number: int) -> str | None:
        return None if number == 0 else UNREAD if number < 3 else item.key_label

    found = facts_of(evaluation(exam, "one", answer))
    (row,) = table(found, "accuracy")
    assert (row["accuracy"].value, row["accuracy"].n) == (0.75, 12)
    assert (row["where_read"].value, row["where_read"].n) == (1.0, 9)
    assert (row["highest"].value, row["chance"]) == (1.0, 0.25)
    (counts,) = table(found, "counts")
    assert (counts["unread"], counts["not_answered"]) == (3, 1)
    stages = {
        row["stage"]: row["evaluation_" + str(found.evaluated[0].row.pk)]
        for row in table(found, "funnel")
    }
    assert stages == {
        "a letter alone": 9,
        "text that states no answer": 2,
        "no output": 1,
        "all outputs": 12,
    }
    assert "one: The endpoint gave no output for 1 of 12 items: they count as wrong." in (
        evaluation_report(found).report.cautions
    )
    assert "a second one on the same questions" in section(found, "pairs")


def test_a_pair_is_compared_question_by_question_and_told_in_words():
    exam = benchmark(n=20)
    strong = evaluation(exam, "strong", right_on(*range(16)))
    weak = evaluation(exam, "weak", right_on(*range(4), 19))
    found = facts_of(strong, weak)
    (pair,) = table(found, "pairs")
    assert pair["difference"].value == pytest.approx(11 / 20)
    assert (pair["only_first"], pair["only_second"]) == (12, 1)
    assert pair["p"] == pair["p_holm"] == pytest.approx(2 * 14 / 2**13)
    (words,) = table(found, "pairs_in_words")
    assert words["words"].startswith(
        'Of the same 20 questions, "strong" answers 55.0 percentage points more rightly than '
        '"weak" (95 % interval of the difference '
    )
    assert '"strong" does better on 12 questions, "weak" on 1.' in words["words"]
    assert "Chance alone does not explain this at the 5 % level" in words["words"]
    (turned,) = table(facts_of(weak, strong), "pairs_in_words")
    same = words["words"].partition(").")[0]
    assert turned["words"].startswith(same)


def test_a_difference_that_can_be_chance_is_said_to_be_no_proof_of_equality():
    exam = benchmark()
    rows = [evaluation(exam, name, right_on(*n)) for name, n in (("a", (1, 2)), ("b", (2, 3, 4)))]
    (words,) = table(facts_of(*rows), "pairs_in_words")
    assert "This can be chance (McNemar's exact test, p = 1.0000)" in words["words"]
    assert "equally good is not shown either" in words["words"]


def test_what_holds_before_the_correction_alone_can_be_chance():
    exam = benchmark(n=20)
    rows = [
        evaluation(exam, name, right_on(*range(n))) for name, n in (("a", 4), ("b", 10), ("c", 5))
    ]
    found = facts_of(*rows)
    pairs = {(row["first"], row["second"]): row for row in table(found, "pairs")}
    told = {row["pair"]: row["words"] for row in table(found, "pairs_in_words")}
    pair = pairs["a", "b"]
    assert pair["p"] < 0.05 < pair["p_holm"]
    assert "This can be chance" in told["a against b"]


def test_holm_is_over_the_pairs_shown_and_a_baseline_makes_them_fewer():
    exam = benchmark(n=20)
    rows = [
        evaluation(exam, name, right_on(*range(n))) for name, n in (("a", 4), ("b", 10), ("c", 16))
    ]
    every = table(facts_of(*rows), "pairs")
    assert len(every) == 3
    against = facts_of(*rows, baseline=rows[1])
    assert [(row["first"], row["second"]) for row in table(against, "pairs")] == [
        ("a", "b"),
        ("c", "b"),
    ]
    p = next(row for row in every if (row["first"], row["second"]) == ("a", "b"))
    assert p["p_holm"] == pytest.approx(2 * p["p"])
    assert {row["tests"] for row in table(against, "pair_details")} == {2}
    assert 'Each evaluation is compared with "b".' in section(against, "pairs")


def test_many_evaluations_are_compared_with_the_first(monkeypatch):
    monkeypatch.setattr(module, "MOST_PAIRED", 2)
    exam = benchmark()
    rows = [evaluation(exam, name, right_on(1)) for name in "abc"]
    found = facts_of(*rows)
    assert found.baseline is found.evaluated[0]
    assert len(found.pairs) == 2


def test_all_pairs_at_a_glance_agree_with_the_pairs(monkeypatch):
    monkeypatch.setattr("review.reports.evaluation.pairs.MANY", 2)
    exam = benchmark(n=20)
    rows = [
        evaluation(exam, name, right_on(*range(n))) for name, n in (("a", 2), ("b", 18), ("c", 17))
    ]
    matrix = table(facts_of(*rows), "pairs_matrix")
    assert [[row[f"column_{n}"] for n in (1, 2, 3)] for row in matrix] == [
        [None, "\N{MINUS SIGN}80.0*", "\N{MINUS SIGN}75.0*"],
        ["80.0*", None, "5.0"],
        ["75.0*", "\N{MINUS SIGN}5.0", None],
    ]


def test_other_questions_are_not_compared():
    one = evaluation(benchmark(), "one", right_on(1))
    other = evaluation(benchmark("larger", 13), "other", right_on(1))
    with pytest.raises(Refusal, match="were not asked the same questions"):
        facts_of(one, other)


def test_the_same_questions_under_two_names_are_one_benchmark():
    one = evaluation(benchmark("one"), "one", right_on(*range(6)))
    other = evaluation(benchmark("two"), "other", right_on(*range(6)))
    assert one.items_sha256 == other.items_sha256
    found = facts_of(one, other)
    assert imprint_of(found)["benchmark"] == "one, two"
    (pair,) = table(found, "pair_details")
    assert (pair["questions"], pair["left_out"]) == (12, 0)


def test_orders_show_who_answers_by_the_letter():
    exam = benchmark()
    lettered = evaluation(exam, "letter", always("B"), orders=4, seed=7)
    knowing = evaluation(exam, "content", right_on(*range(12)), orders=4, seed=7)
    rows = table(facts_of(lettered, knowing), "orders")
    assert [(row["letter"].value, row["content"].value) for row in rows] == [(1.0, 0.0), (0.0, 1.0)]
    assert [row["over_orders"].value for row in rows] == [0.25, 1.0]
    once = facts_of(evaluation(exam, "once", always("B")))
    assert "whether answers follow the letter was not tested" in section(once, "orders")


def test_groups_stand_where_there_are_several_and_one_is_told():
    found = facts_of(evaluation(benchmark(n=60), "one", right_on(*range(0, 60, 2))))
    column = found.evaluated[0].column
    by_specialty = {row["group"]: row[column].value for row in table(found, "by_specialty")}
    assert by_specialty == {"cardiology": 1.0, "neurology": 0.0}
    told = section(found, "groups")
    assert "All questions are of one source: house." in told
    assert "The question type of the questions is not stated." in told


def test_columns_of_many_are_numbered_and_the_numbers_told(monkeypatch):
    monkeypatch.setattr(module, "MOST_NAMED", 1)
    exam = benchmark()
    found = facts_of(*(evaluation(exam, name, right_on(1)) for name in ("one", "other")))
    funnel = evaluation_report(found).report.table("funnel")
    assert funnel is not None
    assert [column.title for column in funnel.columns[2:]] == ["1", "2"]
    assert "Columns: 1 is one; 2 is other." in funnel.note
    assert [row["column"] for row in table(found, "records")] == [
        column.key for column in funnel.columns[2:]
    ]


def test_published_results_stand_beside_ours_only_where_they_fit():
    ours = facts_of(evaluation(benchmark("hle", 103, source="hle"), "ours", right_on(1)))
    rows = table(ours, "accuracy")
    assert [row["from"] for row in rows] == ["asked here", *["published: arXiv 2504.00993"] * 3]
    assert (rows[1]["accuracy"].value, rows[1]["accuracy"].n) == (0.136, 103)
    assert "this does not prove that the questions are the same" in section(ours, "accuracy")
    fewer = facts_of(evaluation(benchmark("short", 12, source="hle"), "fewer", right_on(1)))
    assert len(table(fewer, "accuracy")) == 1
    assert "has results on 103 questions with varying numbers of options, not on 12" in section(
        fewer, "accuracy"
    )
    none = facts_of(evaluation(benchmark(), "none", right_on(1)))
    assert "has no results on this source" in section(none, "accuracy")


@pytest.fixture
def release() -> Release:
    return Release(pk=1, name="first", state="frozen", reasoner_kind="language_model")


def test_contaminated_questions_are_marked_and_scored_apart(release):
    exam = benchmark()
    one = evaluation(exam, "one", right_on(0, 1, 2, 3))
    asked = list(Question.objects.filter(question_set=exam).order_by("pk"))
    matches = [
        Match(asked[0].pk, "exact", "first", "train/q7"),
        Match(asked[1].pk, "near", "first", "train/q8"),
        Match(asked[5].pk, "id", "first", "train/q9"),
    ]
    other = Release(pk=2, name="second", state="withdrawn", reasoner_kind="language_model")
    found = facts_of(one, in_releases={exam.pk: {release: matches, other: []}})
    first, second = table(found, "releases")
    assert (first["exact"], first["id"], first["near"], first["marked"], first["clean"]) == (
        *(1, 1, 1),
        *(3, 9),
    )
    assert (second["state"], second["marked"], second["clean"]) == ("Withdrawn", 0, 12)
    (scored,) = table(found, "contaminated")
    assert (scored["marked"].value, scored["marked"].n) == (pytest.approx(2 / 3), 3)
    assert (scored["clean"].value, scored["clean"].n) == (pytest.approx(2 / 9), 9)
    listed = {row["question"]: (row["how"], row["row"]) for row in table(found, "marked_questions")}
    assert listed["exam-0"] == ("same text and options", "train/q7")
    assert any(
        caution.startswith("3 of 12 questions stand in the release first")
        for caution in evaluation_report(found).report.cautions
    )


def test_without_a_release_or_a_match_that_is_said(release):
    exam = benchmark()
    one = evaluation(exam, "one", right_on(0))
    assert section(facts_of(one), "contamination").startswith("No frozen release exists here")
    clean = facts_of(one, in_releases={exam.pk: {release: []}})
    assert "None of the questions stands in a release." in section(clean, "contamination")


def test_imported_outputs_say_what_their_file_states():
    rows = [{"id": "q-1", "output": "Answer: A"}, {"id": "unknown", "output": "Answer: A"}]
    found = facts_of(imported(made_up(), rows, name="theirs"))
    (file,) = table(found, "files")
    assert (file["file"], file["rows"], file["matched"], file["rejected"], file["missing"]) == (
        *("theirs.jsonl", 2),
        *(1, 1, 3),
    )
    assert table(found, "not_taken")[0]["line"] == 2
    assert table(found, "settings")[0]["temperature"] == "not stated"
    assert "theirs: The file has no output for 3 of 4 items: they count as wrong." in (
        evaluation_report(found).report.cautions
    )


def test_what_makes_a_comparison_doubtful_is_said():
    exam = benchmark()
    one = evaluation(exam, "one", right_on(0), reader="earlier")
    other = evaluation(exam, "other", right_on(0), prompt="strict")
    cautions = "\n".join(evaluation_report(facts_of(one, other)).report.cautions)
    assert "read by different versions of the extractor" in cautions
    assert "not all asked in the same way" in cautions
    assert "changed" not in cautions
    Question.objects.filter(question_set=exam).update(text="Something else?")
    assert "one: questions were changed since" in "\n".join(
        evaluation_report(facts_of(one)).report.cautions
    )


def test_what_rules_read_that_are_no_more_is_read_again_first():
    one = evaluation(benchmark(), "one", right_on(0, otherwise="some_earlier_class"))
    with pytest.raises(Refusal, match=r"one was read by earlier rules \(some_earlier_class\)"):
        facts_of(one)
