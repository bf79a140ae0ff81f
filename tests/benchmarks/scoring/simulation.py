"""How often intervals of evaluations hold the truth: worlds, seeds and sizes fixed beforehand.

The suite runs a smaller form (test_coverage.py), `make bench` a larger one. Questions are of
unequal difficulty: each has its own chance of being answered rightly, from a beta distribution.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.comparison import Resamples, paired_bootstrap, share_difference, sign_test
from pipeline.statistics.paired import clustered_share
from tests.statistics.worlds import Coverage


@dataclass(frozen=True)
class Exam:
    """A benchmark of so many distinct questions, `repeated` of them twice, asked so often each.

    `share` is the accuracy over all questions of the kind, `alike` how alike they are: small
    where a model knows a question or does not.
    """

    questions: int
    share: float
    samples: int = 1
    repeated: int = 0
    alike: float = 2.0

    @property
    def ids(self) -> np.ndarray:
        return np.concatenate([np.arange(self.questions), np.arange(self.repeated)])

    def ease(self, generator: np.random.Generator) -> np.ndarray:
        """Each question's own chance, as it stands in the benchmark."""
        beta = generator.beta(
            self.share * self.alike, (1 - self.share) * self.alike, self.questions
        )
        return np.asarray(beta[self.ids])

    def sit(self, generator: np.random.Generator, ease: np.ndarray) -> np.ndarray:
        """A model's share right on each question."""
        return generator.binomial(self.samples, ease) / self.samples


def accuracy_coverage(exam: Exam, worlds: int) -> Coverage:
    """The interval of one model's accuracy."""
    generator, coverage = np.random.default_rng([exam.questions, exam.samples]), Coverage()
    for _ in range(worlds):
        shares = exam.sit(generator, exam.ease(generator))
        found = clustered_share(shares, exam.ids, items=exam.samples * len(shares))
        coverage.add(found, exam.share)
    return coverage


def difference_coverage(
    exam: Exam, worlds: int, *, lost: float = 0.2, replicates: int = 200
) -> dict[str, Coverage]:
    """The intervals of a paired difference: the second model loses a share of every chance."""
    generator = np.random.default_rng([exam.questions, exam.samples, 1])
    coverage: dict[str, Coverage] = defaultdict(Coverage)
    for _ in range(worlds):
        ease = exam.ease(generator)
        first, second = exam.sit(generator, ease), exam.sit(generator, (1 - lost) * ease)
        truth = lost * exam.share
        found = paired_bootstrap(first, second, exam.ids, Resamples(1, replicates))
        coverage["bootstrap"].add(found, truth)
        if not exam.repeated and exam.samples == 1:
            coverage["newcombe"].add(share_difference(first, second), truth)
    return coverage


def false_alarms(exam: Exam, worlds: int, *, level: float = 0.05) -> float:
    """How often two equally good models differ at this level by the exact test."""
    generator = np.random.default_rng([exam.questions, 2])
    found = 0
    for _ in range(worlds):
        ease = exam.ease(generator)
        first, second = exam.sit(generator, ease), exam.sit(generator, ease)
        found += sign_test(first, second)[2] <= level
    return found / worlds
