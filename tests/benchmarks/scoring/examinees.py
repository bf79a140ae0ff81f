"""Evaluations made up for tests: a model is a function from a question and its order to a label."""

from collections.abc import Callable, Mapping
from string import ascii_uppercase

import numpy as np

from pipeline.benchmarks.orders import shown_order
from pipeline.benchmarks.scoring.outcomes import NOT_ANSWERED, Answers, Asked, Outcome

READ_STAGES, UNREAD_STAGES = ("boxed", "declared"), ("refused", "truncated", "empty")
# (shown labels, key, generator) -> the label chosen, or None and the stage "refused"
Model = Callable[[tuple[str, ...], str, np.random.Generator], str | None]


def perfect(shown, key, generator):
    return key


def always_b(shown, key, generator):
    return shown[1]


def coin(shown, key, generator):
    return shown[generator.integers(len(shown))]


def silent(shown, key, generator):
    return None


def knows(share: float) -> Model:
    """Right on so many questions, else silent."""

    def model(shown, key, generator):
        return key if generator.random() < share else None

    return model


def evaluate(
    model: Model,
    questions: int = 50,
    *,
    options: int = 4,
    orders: int = 1,
    samples: int = 1,
    clusters: Mapping[int, int] | None = None,
    groups: Callable[[int], Mapping[str, str]] = lambda question: {},
    name: str = "model",
    seed: int = 1,
) -> Answers:
    """Every question under each order and sample; its key goes round the options."""
    generator, labels = np.random.default_rng(seed), tuple(ascii_uppercase[:options])
    asked, outcomes = [], []
    for question in range(questions):
        shown = {
            order: shown_order(labels, seed=5, question_key=str(question), order_index=order)
            for order in range(orders)
        }
        asked.append(Asked(question, shown, groups(question)))
        cluster = (clusters or {}).get(question, question)
        key = labels[question % options]
        for order in range(orders):
            for sample in range(samples):
                label = model(shown[order], key, generator)
                outcomes.append(
                    outcome(question, label, key, shown[order], order, sample, cluster=cluster)
                )
    return Answers(name, "a" * 64, tuple(asked), tuple(outcomes))


def outcome(question, label, key, shown, order=0, sample=0, *, cluster=None, stage=None):
    """An outcome as the extractor would leave it."""
    letter = None if label is None else ascii_uppercase[shown.index(label)]
    stage = stage or ("refused" if label is None else "boxed")
    cluster = question if cluster is None else cluster
    return Outcome(question, cluster, order, sample, letter, label, key, stage)


def answered(*labels: str | None, name: str = "model", samples: int = 1) -> Answers:
    """Questions with the options A and B and the key A, answered so, `samples` in a row each."""
    shown = ("A", "B")
    return Answers(
        name,
        "a" * 64,
        tuple(Asked(question, {0: shown}) for question in range(len(labels) // samples)),
        tuple(
            outcome(
                index // samples,
                None if label == NOT_ANSWERED else label,
                "A",
                shown,
                sample=index % samples,
                stage=NOT_ANSWERED if label == NOT_ANSWERED else None,
            )
            for index, label in enumerate(labels)
        ),
    )
