"""Which traces a check is made for, drawn by seed: the same question is always in or out."""

import hashlib

from pipeline.core.config import MethodConfig
from pipeline.core.records import Question


def is_drawn(name: str, share: float, question: Question, config: MethodConfig) -> bool:
    """Whether a share of all questions, 0 to 1, includes this one.

    Known by source and id, so that a sample of a placebo arm holds the questions of the other.
    """
    return fraction_of(name, question, config) < share


def fraction_of(name: str, question: Question, config: MethodConfig) -> float:
    """A number from 0 to 1 that seed, name and question decide."""
    key = repr((config.seed, config.sample_index, name, question.source, question.id_in_source))
    digest = hashlib.sha256(key.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:6]) / 2**48
