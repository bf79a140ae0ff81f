"""The links of a benchmark: the evaluation of each model, and the difference between them."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from pipeline import store
from pipeline.benchmarks.extraction import EXTRACTOR_VERSION
from pipeline.benchmarks.identity import benchmark_identity
from pipeline.evaluations.reading import REFUSED, read_output
from pipeline.evaluations.results import asked_questions
from pipeline.evaluations.text import estimate_text
from pipeline.models import Evaluation, EvaluationItem, LLMCall
from review.finetuned.chain.link import ChainLink
from review.finetuned.pairs import EvaluationPair
from review.finetuned.side_by_side import Benchmark
from review.reports.document import Link as PageLink

CHUNK_SIZE = 500


def benchmark_links(benchmark: Benchmark, *, thorough: bool) -> Iterator[ChainLink]:
    """Both evaluations and their difference. `thorough` goes through every answer again."""
    yield _evaluation_link("An evaluation of the base", benchmark.pair.base, thorough=thorough)
    yield _evaluation_link("An evaluation of the model", benchmark.pair.tuned, thorough=thorough)
    yield _difference_link(benchmark)


def answers_sha256(*evaluations: Evaluation) -> str:
    """The sha256 of what was read: a line for each item, `id order sample label`, tab-separated.

    Evaluation after evaluation, each in the order of ids, orders and samples; no label is a dash.
    """
    digest = hashlib.sha256()
    for evaluation in evaluations:
        columns = ("question__id_in_source", "order_index", "sample_index", "label")
        for row in sorted(evaluation.answers.order_by().values_list(*columns)):
            digest.update("\t".join(str(value) if value != "" else "-" for value in row).encode())
            digest.update(b"\n")
    return digest.hexdigest()


def _evaluation_link(title: str, evaluation: Evaluation, *, thorough: bool) -> ChainLink:
    what = f"{evaluation}: {evaluation.questions:,} questions of {evaluation.question_set}"
    page = PageLink(evaluation.name, "pipeline:evaluation", (evaluation.pk,))
    link = ChainLink(title, what, evaluation.items_sha256, page)
    named = _named(evaluation)
    if not thorough:
        return link.unchecked(
            f"The questions had it; they and the answers were not gone through again. {named}"
        )
    if fault := _questions_fault(evaluation) or _answers_fault(evaluation):
        return link.broken(fault)
    return link.holds(
        "The questions have it; every output is that of a call in the ledger, and the rules read "
        f"the same letter from it again. {named}"
    )


def _named(evaluation: Evaluation) -> str:
    names = answered_as(evaluation)
    return (
        f"Its answers name the model {', '.join(names)}."
        if names
        else ("Its answers do not name the model.")
    )


def answered_as(evaluation: Evaluation) -> list[str]:
    """The names, and builds where they are told, that the answers give to their model."""
    calls = LLMCall.objects.of_job(evaluation).exclude(answer_model="").order_by()
    told = calls.values_list("answer_model", "answer_fingerprint").distinct()
    return sorted(f"{model} ({build})" if build else model for model, build in told)


def _questions_fault(evaluation: Evaluation) -> str:
    questions = asked_questions(evaluation)
    sha256 = benchmark_identity(map(store.question_record, questions)).sha256
    if sha256 == evaluation.items_sha256:
        return ""
    return (
        f"Its questions have sha256 {sha256[:12]}… now: a text or a key was changed after they "
        "were asked. Ask both models again."
    )


def _answers_fault(evaluation: Evaluation) -> str:
    """The first answer that is not in the ledger, or is read otherwise; empty for none."""
    said = _said_in_ledger(evaluation)
    made = evaluation.answers.filter(state=EvaluationItem.State.MADE).order_by("pk")
    for item in made.select_related("question__question_set").iterator(CHUNK_SIZE):
        if item.output not in said[item.pk]:
            return f"The output on {item.question} is that of no call in the ledger."
        if _read_otherwise(item):
            return f"From the output on {item.question} the rules read another letter."
    return ""


def _said_in_ledger(evaluation: Evaluation) -> dict[int, set[str]]:
    """What the calls for each item were answered."""
    said: dict[int, set[str]] = defaultdict(set)
    calls = LLMCall.objects.of_job(evaluation).exclude(evaluation_item=None).order_by()
    columns = ("evaluation_item", "status", "answer_text", "replay_of__answer_text")
    for item, status, text, replayed in calls.values_list(*columns).iterator(CHUNK_SIZE):
        said[item].add((replayed or "") if status == LLMCall.Status.REPLAYED else text)
    return said


def _read_otherwise(item: EvaluationItem) -> bool:
    """Whether the rules that read the output then, where they are today's, give another letter."""
    if item.extractor != EXTRACTOR_VERSION or item.stage == REFUSED:
        return False  # what was withheld has no output of its own
    question = store.question_record(item.question)
    again = read_output(item.output, question, item.shown, finish_reason=item.finish_reason)
    return (again["letter"], again["stage"]) != (item.letter, item.stage)


def _difference_link(benchmark: Benchmark) -> ChainLink:
    found, pair = benchmark.comparison, benchmark.pair
    what = (
        f"{pair.tuned.question_set}: {estimate_text(found.difference)}, fine-tuned less base, on "
        f"{found.questions:,} questions"
    )
    why = (
        f"Worked out now from the answers of both: on {found.only_first:,} questions the "
        f"fine-tuned model is higher, on {found.only_second:,} the base. The checksum is that of "
        f"the letters read.{_same_name(pair)}"
    )
    return ChainLink("The difference", what, answers_sha256(pair.base, pair.tuned)).holds(why)


def _same_name(pair: EvaluationPair) -> str:
    names = answered_as(pair.tuned)
    if not names or names != answered_as(pair.base):
        return ""
    return (
        f" The answers of both name the same model ({', '.join(names)}): make sure that two "
        "servers with different weights were asked."
    )
