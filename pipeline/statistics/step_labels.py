"""The labels of a CoT's steps as the panel gives them together."""

from collections.abc import Sequence

DISAGREED = "disagreed"


def step_consensus(labels: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One label a step, in the order of the steps: what all raters who labelled say alike.

    `labels` holds each rater's labels of every step; a rater who labelled none does not count.
    A step on which raters differ is `disagreed`; nothing comes of nobody's labels.
    """
    given = [one for one in labels if one]
    return tuple(step[0] if len(set(step)) == 1 else DISAGREED for step in zip(*given, strict=True))
