"""The verdict on an imported chain of thought, by the filters that need no paths and no reader.

format, leakage and conclusion read the text alone. The others look at edges, or at what a second
reader answered: they did not run, and a policy that requires one of them leaves the trace out.
"""

from pipeline.core.config import ChecksConfig, MethodConfig, SimilarityConfig
from pipeline.core.datasets.sameness import same_text
from pipeline.core.filtering.conclusion import check_conclusion
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.filtering.format import check_format
from pipeline.core.filtering.leakage import check_leakage
from pipeline.core.records import CoT, Question, ReadAnswer, ReasonerKind, TraceRecord, Verdict

FILTERS = ("format", "leakage", "conclusion")
IMPORTED = "imported"
# Nothing of the method ran: only which filters decide is meant.
CONFIG = MethodConfig(
    preset=IMPORTED,
    reasoner_kind=ReasonerKind.IMPORTED,
    similarity=SimilarityConfig(),
    checks=ChecksConfig(deciding=FILTERS),
)
FINGERPRINT = CONFIG.fingerprint


def imported_trace(
    question: Question, cot: CoT, *, sample_index: int, conclusion_apart: bool = False
) -> TraceRecord:
    """The trace of an imported chain of thought on a question: no graph, no paths, a verdict.

    `conclusion_apart`: the conclusion stands in a column of its own, as the source's response.
    """
    return TraceRecord(
        question=question,
        graph_checksum="",
        config_fingerprint=FINGERPRINT,
        sample_index=sample_index,
        reasoner_kind=ReasonerKind.IMPORTED,
        cot=cot,
        verdict=_verdict(question, cot, conclusion_apart),
    )


def _verdict(question: Question, cot: CoT, conclusion_apart: bool) -> Verdict:
    inputs = FilterInput(
        question=question,
        paths=(),
        cot=cot,
        read_answer=ReadAnswer(None, "", ""),
        judgement=None,
        minimum_grounded_share=0.0,
        degree=lambda index: 0,
    )
    results = [check_format(inputs), check_leakage(inputs)]
    # Where the source's response is itself the answer key, comparing the two shows nothing.
    is_key = same_text(cot.conclusion) == same_text(question.answer_text)
    if not (conclusion_apart and is_key):
        results.append(check_conclusion(inputs))
    return Verdict(tuple(results))
