"""Published results as a reference column: MedReason's table (arXiv 2504.00993).

The publication gives percentages of one greedy run, without intervals. Those here are computed
by us from its percentage and its n, and are marked so. A paired comparison would need its answers
question by question, which the table does not give. Its scorer takes the better of the first and
the last match on the test set, leaves empty outputs out and otherwise guesses, so its figures may
lie above what the same outputs reach here. Averages over benchmarks are left out.
"""

from dataclasses import dataclass

from pipeline.statistics.estimate import Estimate
from pipeline.statistics.intervals import wilson

CITATION = "arXiv 2504.00993"
INTERVAL_IS_OURS = (
    "computed here from the published percentage and n: Wilson's score interval, 95 %, as if no "
    "question repeated; the publication prints none"
)
SCORED_DIFFERENTLY = (
    "scored by the publication's own scorer, which takes the better of the first and the last "
    "match, leaves empty outputs out and guesses where it finds none"
)
BASE, HUATUO, MEDREASON, MEDREASON_8B = (
    "Llama-3.1-8B",
    "Llama-3.1-8B fine-tuned on Huatuo's CoT",
    "Llama-3.1-8B fine-tuned on MedReason",
    "MedReason-8B",
)


@dataclass(frozen=True, slots=True)
class PublishedBenchmark:
    """A benchmark as the publication used it. `options` of a question: None where they vary."""

    title: str
    source: str
    n: int
    options: int | None


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """One published figure; `accuracy` has the interval that we compute for it."""

    model: str
    benchmark: PublishedBenchmark
    accuracy: Estimate
    citation: str = CITATION
    interval: str = INTERVAL_IS_OURS
    scorer: str = SCORED_DIFFERENTLY


@dataclass(frozen=True, slots=True)
class Reference:
    """What was published on a benchmark; without results the `reason` says why none fits."""

    results: tuple[PublishedResult, ...]
    reason: str = ""


# Each benchmark, and the percentages of the four models in the order above (None: not given).
# MedQA's file in the publication's repository has five options.
_TABLE: tuple[tuple[PublishedBenchmark, tuple[float | None, ...]], ...] = (
    (PublishedBenchmark("MedQA", "medqa", 1273, 5), (58.7, 70.2, 68.4, 71.8)),
    (PublishedBenchmark("MedMCQA", "medmcqa", 4183, 4), (56.0, 58.2, 57.5, 60.7)),
    (PublishedBenchmark("PubMedQA", "pubmedqa", 1000, 3), (75.2, 76.1, 77.6, 79.4)),
    (PublishedBenchmark("MMLU-Pro, medical", "mmlu_pro", 1535, None), (58.2, 59.9, 63.1, None)),
    (PublishedBenchmark("MedBullets, 4 options", "medbullets", 308, 4), (48.7, 53.3, 57.5, 57.5)),
    (PublishedBenchmark("MedBullets, 5 options", "medbullets", 308, 5), (42.5, 49.7, 52.3, 55.5)),
    (PublishedBenchmark("MedXpertQA", "medxpertqa", 1449, None), (13.2, 17.3, 16.4, 19.0)),
    (PublishedBenchmark("HLE, medical", "hle", 103, None), (13.6, 14.6, 16.5, None)),
)


def _result(model: str, benchmark: PublishedBenchmark, percent: float) -> PublishedResult:
    share = percent / 100
    return PublishedResult(
        model, benchmark, Estimate(share, *wilson(share, benchmark.n), n=benchmark.n)
    )


PUBLISHED: tuple[PublishedResult, ...] = tuple(
    _result(model, benchmark, percent)
    for benchmark, percents in _TABLE
    for model, percent in zip((BASE, HUATUO, MEDREASON, MEDREASON_8B), percents, strict=True)
    if percent is not None
)


def reference_for(source: str, n: int, options: int | None) -> Reference:
    """What was published on the benchmark of this source, n and number of options.

    `options` is None where questions have different numbers of them. That all three fit is
    needed, and does not prove that the texts are the same: the publication gives no checksum.
    """
    of_source = [result for result in PUBLISHED if result.benchmark.source == source]
    if not of_source:
        return Reference((), f"{CITATION} has no results on this source.")
    fitting = tuple(r for r in of_source if _fits(r.benchmark, n, options))
    if fitting:
        return Reference(fitting)
    published = {_described(result.benchmark): None for result in of_source}
    asked = _described(PublishedBenchmark("", source, n, options))
    return Reference((), f"{CITATION} has results on {' and '.join(published)}, not on {asked}.")


def _fits(benchmark: PublishedBenchmark, n: int, options: int | None) -> bool:
    return benchmark.n == n and benchmark.options in (None, options)


def _described(benchmark: PublishedBenchmark) -> str:
    number = benchmark.options
    options = "varying numbers of options" if number is None else f"{number} options"
    return f"{benchmark.n:,} questions with {options}"
