"""What filters are worth: how much more of the right they keep than of the wrong.

The method is run on a question towards its answer key (right) and towards another option (wrong).
A filter that keeps both alike says nothing; the figures here say how far it does not.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimate import Estimate
from pipeline.statistics.intervals import clustered_mean
from pipeline.statistics.paired import Pairs, clustered_proportion, paired_difference, paired_ratio


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run: made (a chain of thought was written), kept, passed by filter.

    A filter that did not look at it is not in `passed`. `reader_agrees`: whether the second
    reader chose this run's end from the question alone, None where it was not asked.
    """

    made: bool
    kept: bool
    passed: Mapping[str, bool]
    reader_agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A question run towards its key and towards one wrong option; `run` tells its runs apart."""

    question: int
    run: Hashable
    right: Outcome
    wrong: Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """The shares of right and of wrong runs of which something holds, over `trials` pairs.

    `difference` is right less wrong; `ratio`, the likelihood ratio, right over wrong.
    """

    name: str
    trials: int
    right: Estimate
    wrong: Estimate
    difference: Estimate
    ratio: Estimate


@dataclass(frozen=True, slots=True)
class Discrimination:
    """The comparisons of one set of trials.

    `kept_of_made` and `filters` are over the pairs of which both were made: what the filters
    themselves do. `kept` is over all pairs, and has what linking and search do in it too.
    `reader_alone`: how well the second reader's knowledge does in the filters' place, over those
    made pairs in which it also answered from the question alone. `gain`: by how much the filters'
    difference exceeds its own there.
    """

    made: Comparison
    kept: Comparison
    kept_of_made: Comparison
    filters: tuple[Comparison, ...]
    reader_alone: Comparison
    gain: Estimate


def discriminate(trials: Sequence[Trial]) -> Discrimination:
    """Compare right and wrong: made, kept, and each filter alone."""
    both = [trial for trial in trials if trial.right.made and trial.wrong.made]
    asked = _asked_alone(both)
    names = dict.fromkeys(name for trial in both for name in trial.right.passed)
    return Discrimination(
        made=compare("made", trials, lambda outcome: outcome.made),
        kept=compare("kept", trials, lambda outcome: outcome.kept),
        kept_of_made=compare("kept, of those made", both, lambda outcome: outcome.kept),
        filters=tuple(_by_filter(name, both) for name in names),
        reader_alone=compare("reader alone", asked, _reader_agrees),
        gain=_gain(asked),
    )


def _asked_alone(trials: Iterable[Trial]) -> list[Trial]:
    return [
        trial
        for trial in trials
        if trial.right.reader_agrees is not None and trial.wrong.reader_agrees is not None
    ]


def _reader_agrees(outcome: Outcome) -> bool:
    return bool(outcome.reader_agrees)


def _gain(trials: Sequence[Trial]) -> Estimate:
    """The mean over questions of kept right less kept wrong, less the same of the reader alone."""
    gains = [
        (trial.right.kept - trial.wrong.kept)
        - (_reader_agrees(trial.right) - _reader_agrees(trial.wrong))
        for trial in trials
    ]
    questions = [trial.question for trial in trials]
    return clustered_mean(np.array(gains, dtype=float), np.array(questions, dtype=np.int64))


def _by_filter(name: str, trials: Iterable[Trial]) -> Comparison:
    ran = [trial for trial in trials if name in trial.right.passed and name in trial.wrong.passed]
    return compare(name, ran, lambda outcome: outcome.passed[name])


def compare(name: str, trials: Sequence[Trial], holds: Callable[[Outcome], bool]) -> Comparison:
    """The shares of which this holds. A right run that stands in two trials is counted once."""
    questions = np.array([trial.question for trial in trials], dtype=np.int64)
    pairs = Pairs(
        np.array([holds(trial.right) for trial in trials], dtype=bool),
        np.array([holds(trial.wrong) for trial in trials], dtype=bool),
        questions,
    )
    runs = {(trial.question, trial.run): holds(trial.right) for trial in trials}
    return Comparison(
        name,
        len(trials),
        clustered_proportion(
            np.array(list(runs.values()), dtype=bool),
            np.array([question for question, _ in runs], dtype=np.int64),
        ),
        clustered_proportion(pairs.second, questions),
        paired_difference(pairs),
        paired_ratio(pairs),
    )
