"""Precision and recall of the leakage filter on sentences of our own, as docs/method.md has them.

`python -m tests.core.filtering.leakage_figures` counts anew and prints the table's rows. The
filter was built on three rounds of sentences; those held out were never used to change it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pipeline.core.filtering.leakage import find_leaks
from pipeline.core.records import CoT, Question, Step
from pipeline.statistics.intervals import proportion

SENTENCES = Path(__file__).parent / "leakage_sentences"
HALVES = {"built on": ("first", "second", "third"), "held out": ("held_out",)}
# Its text has none of the words that the filter excuses in a question.
QUESTION = Question("medqa", "1", "What comes next?", (), None, "Rest")


class Figures(NamedTuple):
    """Leaking and innocent sentences of a half, and those of each that the filter got wrong."""

    leaks: int
    innocent: int
    missed: list[str]
    accused: list[str]

    @property
    def caught(self) -> int:
        return self.leaks - len(self.missed)

    @property
    def recall(self) -> float:
        return self.caught / self.leaks

    @property
    def precision(self) -> float:
        return self.caught / (self.caught + len(self.accused))


def leaks(sentence: str, question: Question = QUESTION) -> bool:
    """Whether the filter takes the sentence, as a step, for a leak."""
    return any(find_leaks(CoT((Step(1, sentence),), "Rest."), question))


def figures(half: str, leaks: Callable[[str], bool] = leaks) -> Figures:
    """The figures of a half; `leaks` may be another rule, to compare with."""
    leaking, innocent = sentences(half, "leaks"), sentences(half, "innocent")
    missed = [sentence for sentence in leaking if not leaks(sentence)]
    accused = [sentence for sentence in innocent if leaks(sentence)]
    return Figures(len(leaking), len(innocent), missed, accused)


def sentences(half: str, kind: str) -> list[str]:
    """The sentences of a half, `leaks` or `innocent`."""
    files = (SENTENCES / f"{part}_{kind}.txt" for part in HALVES[half])
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def row(half: str) -> str:
    """The half's row of the table in docs/method.md."""
    found = figures(half)
    recall = _share(found.caught, found.leaks)
    precision = _share(found.caught, found.caught + len(found.accused))
    return f"| {half} | {found.leaks} | {found.innocent} | {precision} | {recall} |"


def _share(count: int, of: int) -> str:
    share = proportion(count, of)
    return f"{count} of {of}, {share.value:.1%} ({share.low:.1%} to {share.high:.1%})"


if __name__ == "__main__":
    for half in HALVES:
        print(row(half))
