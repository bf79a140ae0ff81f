"""What a benchmark is: a hash of its questions, since a name does not tell which they are.

MedQA exists with 4 and with 5 options, PubMedQA with 500 and 1,000 questions. Figures of two models
can be compared only where both were asked the same questions, and those have one hash.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.datasets.sameness import asked_sha256, same_text
from pipeline.core.duplicates.clusters import clusters
from pipeline.core.duplicates.near_duplicates import Wording, wording_of
from pipeline.core.records import Question

AskedKey = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Questions of one set that ask the same of the same options: their ids and keys, in order."""

    questions: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def has_one_key(self) -> bool:
        """Whether all have the same key; where not, at least one of them is wrong."""
        return len(set(map(same_text, self.keys))) == 1


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a benchmark: of its questions with options, those that are asked.

    `sha256` is the hash of their sorted item hashes (`item_sha256`), so the order of the file and
    the ids play no part, and a question that stands there twice counts twice. `n` is how many
    they are, `options` how many have that number of options, `repeats` which of them stand there
    more than once. `open_ended` counts questions without options: they are in none of these.
    """

    sha256: str
    n: int
    options: Mapping[int, int]
    repeats: tuple[Repeat, ...]
    open_ended: int


def benchmark_identity(questions: Iterable[Question]) -> Identity:
    """The identity of a set of questions, in whatever order they come."""
    given = list(questions)
    asked = [question for question in given if question.options]
    return Identity(
        sha256=set_sha256(map(item_sha256, asked)),
        n=len(asked),
        options=dict(sorted(Counter(len(question.options) for question in asked).items())),
        repeats=tuple(_repeats(asked)),
        open_ended=len(given) - len(asked),
    )


def set_sha256(items: Iterable[str]) -> str:
    """The hash of a set of items by theirs: sorted, a line each."""
    return _sha256("\n".join(sorted(items)))


def item_sha256(question: Question) -> str:
    """The hash of one item: stem, context, the texts of the options in their order, the key's.

    Ids, labels, explanation, specialty and topic do not count. Unicode's composed form, space,
    what cannot be seen, and the several signs for apostrophe and hyphen do not either
    (`same_text`); case and every other sign do.
    """
    options = [same_text(option.text) for option in question.options]
    stated = (question.text, question.context, question.answer_text)
    stem, context, key = map(same_text, stated)
    return _sha256(json.dumps([stem, context, options, key], ensure_ascii=False))


def asked_key(question: Question) -> AskedKey:
    """Equal for questions that ask the same of the same options, in any order, with any key.

    Case does not count in stem and context; in options it does (genotypes AA and Aa).
    """
    options = frozenset(same_text(option.text) for option in question.options)
    return asked_sha256(question.text, question.context), options


def question_wording(question: Question) -> Wording:
    """The question as near duplicates are compared."""
    return wording_of(question.text, [option.text for option in question.options])


def question_clusters(questions: Sequence[Question]) -> list[int]:
    """For each question the position (from 0) of the first of its cluster.

    Questions that repeat, exactly or nearly, share a cluster: intervals treat them as one.
    """
    return clusters([question_wording(question) for question in questions])


def _repeats(questions: Iterable[Question]) -> Iterable[Repeat]:
    groups: dict[AskedKey, list[Question]] = defaultdict(list)
    for question in questions:
        groups[asked_key(question)].append(question)
    for group in groups.values():
        if len(group) > 1:
            ids = tuple(question.id_in_source for question in group)
            yield Repeat(ids, tuple(question.answer_text for question in group))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
