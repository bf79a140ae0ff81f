"""The funnel, groups and contamination: every question asked stands somewhere, once."""

import json
from dataclasses import asdict

import pytest

from pipeline.benchmarks.scoring.contamination import Match, by_contamination
from pipeline.benchmarks.scoring.funnel import funnel
from pipeline.benchmarks.scoring.groups import by_group
from pipeline.benchmarks.scoring.outcomes import NOT_ANSWERED
from pipeline.benchmarks.scoring.scores import GROUPS, score
from tests.benchmarks.scoring.examinees import (
    READ_STAGES,
    UNREAD_STAGES,
    answered,
    coin,
    evaluate,
    knows,
    perfect,
)


def test_every_stage_is_listed_and_they_add_up():
    answers = evaluate(knows(0.5), 60, orders=2)
    found = funnel(answers, READ_STAGES, UNREAD_STAGES)
    assert [row.stage for row in found.rows] == [*READ_STAGES, *UNREAD_STAGES, NOT_ANSWERED]
    assert sum(row.items for row in found.rows) == found.items == 120
    assert sum(row.items_as_stated for row in found.rows) == 60
    boxed = found.rows[0]
    assert boxed.items == boxed.right == found.read > 0
    assert found.rows[1].items == 0


def test_an_item_cannot_fall_out_of_the_funnel():
    answers = answered("A", None)
    with pytest.raises(ValueError, match="'boxed'"):
        funnel(answers, ("declared",), ("refused",))
    with pytest.raises(ValueError, match="'refused' does not go with label None"):
        funnel(answers, ("boxed", "refused"), ())


def specialty(question):
    return {"specialty": "cardiology" if question < 60 else f"rare {question % 3}"}


def test_small_groups_are_joined_and_counted():
    answers = evaluate(perfect, 75, groups=specialty)
    rows = by_group(answers, "specialty", fewest=20)
    assert [(row.name, row.joined, row.accuracy.questions) for row in rows] == [
        ("cardiology", 0, 60),
        ("other (3 groups of fewer than 20)", 3, 15),
    ]
    assert sum(row.accuracy.questions for row in rows) == 75
    assert rows[1].accuracy.headline.caution


def test_one_small_group_keeps_its_name_and_none_is_dropped():
    rows = by_group(
        evaluate(coin, 62, groups=lambda q: specialty(q) if q < 60 else {}), "specialty"
    )
    assert [(row.name, row.accuracy.questions) for row in rows] == [
        ("cardiology", 60),
        ("not stated", 2),
    ]


def test_contaminated_and_clean_questions_are_scored_apart():
    def knows_what_it_saw(shown, key, generator):
        return key if key == "A" else None

    answers = evaluate(knows_what_it_saw, 40, clusters={4: 1})
    matches = [Match(q, "near", "first", f"medqa-{q}") for q in range(0, 40, 4) if q != 4]
    matches += [Match(0, "exact", "first", "medqa-0"), Match(99, "id", "first", "other")]
    found = by_contamination(answers, [*matches, Match(1, "id", "first", "medqa-1")])
    assert found.counts == {"exact": 1, "id": 1, "near": 8, "repeat": 1}
    assert (found.marks[0], found.marks[4]) == ("exact", "repeat")
    assert (found.marked.questions, found.clean.questions) == (11, 29)
    assert found.marked.headline.value == pytest.approx(10 / 11)
    assert found.clean.headline.value == 0


def test_without_a_match_everything_is_clean():
    found = by_contamination(answered("A", "B"), [])
    assert found.clean.questions == 2
    assert found.marked.headline.reason == "no question was asked"


def test_scores_are_plain_json():
    scores = score(evaluate(knows(0.5), 30, orders=2), READ_STAGES, UNREAD_STAGES)
    plain = json.loads(json.dumps(asdict(scores)))
    assert plain["accuracy"]["headline"]["n"] == 30
    assert set(plain["groups"]) == set(GROUPS)
