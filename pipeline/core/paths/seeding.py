"""Seeds of the path search: one for every question, sample and entity pair, and always the same."""

import hashlib

from pipeline.core.config import MethodConfig
from pipeline.core.records import Question


def seed_of(question: Question, config: MethodConfig, start: int, answer: int) -> int:
    """The seed for paths from node `start` to node `answer`: 64 bits, stable across processes.

    A question is known by its source, its id there and its text; row ids play no part.
    """
    identity = (config.seed, config.sample_index, question.source, question.id_in_source)
    key = repr((*identity, question.text, start, answer)).encode()
    return int.from_bytes(hashlib.sha256(key).digest()[:8])
