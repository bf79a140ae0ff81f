"""Vectors that a server answered: each in its text's place, or refused in a sentence."""

import base64

import numpy as np
import pytest

from pipeline.core.embeddings.vectors_answer import (
    NoEmbeddings,
    UnusableVectors,
    read_usage,
    read_vectors,
)


def answered(*vectors, places=None):
    places = range(len(vectors)) if places is None else places
    return {
        "data": [
            {"index": at, "embedding": vector} for at, vector in zip(places, vectors, strict=True)
        ]
    }


def test_vectors_stand_by_their_index_and_have_length_one():
    vectors = read_vectors(answered([0, 3], [4, 0], places=[1, 0]), count=2)
    assert vectors.tolist() == [[1, 0], [0, 1]]
    assert vectors.dtype == np.float32


def test_base64_is_read_as_the_same_numbers():
    numbers = np.array([0.6, -0.8], "<f4")
    coded = base64.b64encode(numbers.tobytes()).decode()
    np.testing.assert_array_equal(
        read_vectors(answered(coded), count=1), read_vectors(answered(numbers.tolist()), count=1)
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (answered([1.0]), "2 texts were sent, and 1 vectors came back"),
        (answered([1.0], [1.0], [1.0]), "and 3 vectors"),
        (answered([1.0], [1.0], places=[0, 0]), "by its index"),
        (answered([1.0], [1.0], places=[1, 2]), "by its index"),
        (answered([1.0], [1.0], places=[None, None]), "by its index"),
        (answered([1.0], [1.0], places=["0", "1"]), "by its index"),
        (answered([1.0], [1.0, 2.0]), "different dimensions: 1 and 2"),
        (answered([1.0], [0.0]), "points nowhere"),
        (answered([1.0], [float("nan")]), "no finite number"),
        (answered([1.0], [float("inf")]), "no finite number"),
        (answered([1.0], [10**400]), "no finite number"),
        (answered([1.0], [1e200]), "no finite number"),
        (answered([1.0], "AADAfw=="), "no finite number"),
        (answered([1.0], [None]), "no number"),
        (answered([1.0], ["1"]), "no number"),
        (answered([1.0], []), "without a vector"),
        (answered([1.0], None), "without a vector"),
        (answered([1.0], [[1.0], [2.0]]), "for each token"),
        (answered([1.0], "no base64!"), "nor base64"),
        (answered([1.0], "AAA="), "nor base64"),
        (answered([1.0], ""), "nor base64"),
    ],
)
def test_vectors_that_cannot_be_trusted_are_refused(body, said):
    with pytest.raises(UnusableVectors, match=said):
        read_vectors(body, count=2)


@pytest.mark.parametrize("body", [None, [], {}, {"data": "x"}, {"data": [1]}, {"error": {}}])
def test_what_is_no_list_of_embeddings_is_told_apart(body):
    with pytest.raises(NoEmbeddings):
        read_vectors(body, count=1)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 7}, 7),
        ({"prompt_tokens": 0}, None),
        ({"prompt_tokens": "7"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_zero_or_odd_usage_is_unknown(usage, tokens):
    assert read_usage({"usage": usage}).input_tokens == tokens
