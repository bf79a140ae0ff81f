"""Publication: what of a trace may leave the house, by the terms of its parts.

A released row holds the question, paths of the graph, the reasoner's text and, in filters and
comparisons, words of the second reader.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core.licences import Part, licence_of_whole, objection, together
from pipeline.core.records import ReasonerKind
from pipeline.models import Batch, Endpoint, QuestionSet, Trace

BENCHMARK = "benchmark question"
NOT_FOR_PUBLICATION = "not for publication"
# The demonstration's words are this program's own.
OWN_LICENCE = "Apache-2.0"
QUESTION, GRAPH, OUTPUT, READER = ("questions", "graph", "model's output", "second reader's output")
IMPORTED = "imported text"
PARTS = ("question_set", "knowledge_graph", "reasoner_endpoint", "reader_endpoint")


@dataclass(frozen=True, slots=True)
class Publication:
    """The terms of a batch's traces: `refusal` says in a few words why they may not be published
    (empty: they may), `together` what the parts allow, or why nothing, in a sentence, and
    `whole` the licence of a row (`licence_of_whole`), or that it is not for publication."""

    question: str
    graph: str
    output: str
    refusal: str
    together: str
    whole: str


class PublicationTerms:
    """The terms of traces, as they are stated now, read once for each batch and question set.

    `trace.question` should be fetched with its question set.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], Publication] = {}

    def of(self, trace: Trace) -> Publication:
        """The terms of a trace."""
        questions = trace.question.question_set
        key = (trace.batch_id, questions.pk)
        if key not in self._found:
            batch = Batch.objects.select_related(*PARTS).get(pk=trace.batch_id)
            self._found[key] = publication_of(batch, questions)
        return self._found[key]

    def refusal(self, trace: Trace) -> str:
        """Why the trace may not be published, in a few words; empty: it may."""
        return self.of(trace).refusal


def publication_of(batch: Batch, questions: QuestionSet | None = None) -> Publication:
    """What may be published of a batch's traces, by its parts' terms as they are stated now.

    `questions` is the set of those that are meant, None the batch's own.
    """
    questions = questions or batch.question_set
    parts = list(_parts(batch, questions))
    refusal = BENCHMARK if questions.is_benchmark else objection(parts)
    return Publication(
        question=questions.licence,
        graph=batch.knowledge_graph.licence if batch.knowledge_graph else "",
        output=_output(parts),
        refusal=refusal,
        together=f"{NOT_FOR_PUBLICATION}: {refusal}" if refusal else together(parts),
        whole=NOT_FOR_PUBLICATION if refusal else licence_of_whole(parts),
    )


def _parts(batch: Batch, questions: QuestionSet) -> Iterator[Part]:
    graph = batch.knowledge_graph
    yield Part(QUESTION, questions.licence, questions.may_be_released)
    if graph:
        yield Part(GRAPH, graph.licence, graph.may_be_released)
    if batch.reasoner_kind == ReasonerKind.DEMONSTRATION:
        yield Part(OUTPUT, OWN_LICENCE, True)
        return
    if batch.reasoner_kind == ReasonerKind.IMPORTED:
        yield Part(IMPORTED, batch.text_licence, batch.text_may_be_released)
        return
    models = batch.config.get("model", {})
    yield _output_of(OUTPUT, batch.reasoner_endpoint, models.get("reasoner"))
    if batch.reader_endpoint:
        yield _output_of(READER, batch.reader_endpoint, models.get("second_reader"))


def _output_of(name: str, endpoint: Endpoint | None, model: str | None) -> Part:
    """What is stated of an endpoint's output holds for the model that it has now."""
    if endpoint is None or (model and model != endpoint.model):
        return Part(name, "", False)
    return Part(name, endpoint.output_licence, endpoint.output_may_be_released)


def _output(parts: list[Part]) -> str:
    """The output's terms in words, the second reader's too where they are others."""
    stated = {part.name: part.licence or "not stated" for part in parts}
    if IMPORTED in stated:
        return stated[IMPORTED]
    written, read = stated[OUTPUT], stated.get(READER, stated[OUTPUT])
    return written if written == read else f"{written} (second reader: {read})"
