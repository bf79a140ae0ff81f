"""The labels of a CoT's steps as the panel gives them together."""

from collections.abc import Sequence

DISAGREED = "disagreed"


def step_consensus(labels: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One label a step, in the order of the steps: the one on which all raters who labelled agree.

    `labels` holds each rater's labels of every step; a rater who labelled none does not count.
    A step on which raters differ is `disagreed`. Without any labels the result is empty.
    """
    labelled = [rater_labels for rater_labels in labels if rater_labels]
    return tuple(
        step[0] if len(set(step)) == 1 else DISAGREED for step in zip(*labelled, strict=True)
    )
