"""What makes two sets of questions the same benchmark, and what repeats within one."""

from dataclasses import replace

import pytest

from pipeline.benchmarks.identity import (
    benchmark_identity,
    item_sha256,
    question_clusters,
    set_sha256,
)
from pipeline.benchmarks.overlaps import overlaps
from pipeline.core.records import Option, Question

VIGNETTE = (
    "A 54-year-old man comes to the emergency department because of crushing chest pain for 2 "
    "hours. His pulse is 104/min. Which of the following arteries is most likely occluded?"
)
TEXTS = ("Left circumflex", "Right coronary", "Left main", "Left anterior descending")


def made(number=1, text=VIGNETTE, texts=TEXTS, key=0, **changes):
    options = tuple(map(Option, "ABCDEFGH", texts))
    label, answer = (options[key].label, options[key].text) if options else (None, "free")
    return replace(Question("s", str(number), text, options, label, answer), **changes)


OTHER = made(2, "Which vitamin is lacking in scurvy?", ("Vitamin C", "Vitamin D", "Niacin"))
THIRD = made(3, "Which gene is changed in cystic fibrosis?", ("CFTR", "cftr"))
FREE = made(4, "Explain how heparin acts.", ())


def test_order_ids_labels_and_explanations_play_no_part():
    same = replace(
        OTHER,
        id_in_source="99",
        source="another",
        long_answer="It is.",
        specialty="nutrition",
        options=tuple(Option(str(n), option.text) for n, option in enumerate(OTHER.options)),
        answer_label="0",
    )
    one, two = benchmark_identity([made(), OTHER]), benchmark_identity([same, made(7)])
    assert one.sha256 == two.sha256


@pytest.mark.parametrize(
    "changes",
    [
        {"text": VIGNETTE + "\u200b"},
        {"text": VIGNETTE.replace(" ", "\u00a0 ")},
        {"text": VIGNETTE.replace("-", "\u2011")},
    ],
    ids=["zero width", "spaces", "hyphens"],
)
def test_what_cannot_be_told_apart_is_the_same(changes):
    assert item_sha256(made(**changes)) == item_sha256(made())


@pytest.mark.parametrize(
    "changes",
    [
        {"text": VIGNETTE.replace("54", "45")},
        {"text": VIGNETTE.upper()},
        {"context": "He smokes."},
        {"texts": TEXTS[:3]},
        {"texts": TEXTS[::-1], "key": 3},
        {"texts": (*TEXTS, "None")},
        {"key": 1},
    ],
    ids=["stem", "case", "context", "fewer options", "order of options", "more options", "key"],
)
def test_whatever_else_is_asked_is_another_item(changes):
    assert item_sha256(made(**changes)) != item_sha256(made())


def test_a_question_that_stands_twice_counts_twice():
    once, twice = benchmark_identity([made(), OTHER]), benchmark_identity([made(), OTHER, made()])
    assert (once.n, twice.n) == (2, 3)
    assert once.sha256 != twice.sha256


def test_an_items_texts_are_not_joined_to_be_hashed():
    one = made(texts=("a", "b"), text="x", context="y")
    assert item_sha256(one) != item_sha256(made(texts=("a", "b"), text="xy", context=""))


def test_numbers_of_options_are_counted_and_open_questions_apart():
    found = benchmark_identity([made(), OTHER, THIRD, made(5), FREE])
    assert found.options == {2: 1, 3: 1, 4: 2}
    assert (found.n, found.open_ended) == (4, 1)
    assert found.sha256 == benchmark_identity([made(), OTHER, THIRD, made(5)]).sha256


def test_an_empty_set_has_an_identity_too():
    found = benchmark_identity([])
    assert (found.n, found.options, found.repeats) == (0, {}, ())
    assert found.sha256 == set_sha256([])


def test_repeats_are_named_with_their_keys_whatever_the_order_of_their_options():
    turned = made(2, texts=TEXTS[::-1], key=3)
    contradicting = made(3, text=VIGNETTE.upper(), key=1)
    (two,) = benchmark_identity([made(1), turned, THIRD]).repeats
    assert (two.questions, two.has_one_key) == (("1", "2"), True)
    (three,) = benchmark_identity([made(1), turned, OTHER, contradicting]).repeats
    assert three.questions == ("1", "2", "3")
    assert three.keys == (TEXTS[0], TEXTS[0], TEXTS[1])
    assert not three.has_one_key


@pytest.mark.parametrize(
    "other",
    [
        {"texts": TEXTS[:3]},
        {"context": "He smokes."},
        {"text": VIGNETTE.replace("54", "45")},
        {"texts": tuple(text.upper() for text in TEXTS)},
    ],
    ids=["fewer options", "context", "stem", "case of options"],
)
def test_what_asks_anything_else_is_no_repeat(other):
    assert not benchmark_identity([made(1), made(2, **other)]).repeats


def test_repeats_and_near_duplicates_share_a_cluster():
    near = made(3, text=VIGNETTE.replace("54", "61"), texts=TEXTS[:3])
    questions = [OTHER, made(1), THIRD, near, made(4, texts=TEXTS[::-1])]
    assert question_clusters(questions) == [0, 1, 2, 1, 1]


def test_overlaps_name_the_most_alike_question_of_the_other_set():
    near = made(10, text=VIGNETTE.replace("54", "61"), key=1)
    exact = made(11, texts=TEXTS[::-1], key=3)
    found = overlaps([OTHER, made(1), THIRD], [near, exact, replace(near, id_in_source="12")])
    (overlap,) = found
    assert (overlap.question, overlap.other, overlap.kind) == ("1", "11", "exact")
    assert (overlap.score, overlap.same_key) == (100.0, True)
    (overlap,) = overlaps([made(1)], [near])
    assert (overlap.kind, overlap.same_key) == ("near", False)
    assert 75 <= overlap.score < 100


def test_every_repeat_of_a_benchmark_is_named_where_one_stands_elsewhere():
    found = overlaps([made(1), made(2, texts=TEXTS[::-1], key=3)], [made(9)])
    assert [overlap.question for overlap in found] == ["1", "2"]


def test_the_same_stem_with_other_options_is_near():
    (overlap,) = overlaps([made(1)], [made(2, texts=(*TEXTS, "None of these"))])
    assert (overlap.kind, overlap.score) == ("near", 100.0)


def test_an_empty_side_overlaps_with_nothing():
    assert overlaps([], [made()]) == overlaps([made()], []) == []
