"""`manage.py check_linking`: whether nine of ten mentions are linked to a node.

`--questions NAME --graph NAME` links the mentions that the demonstration's rules find;
`--batch N` counts those of traces that a batch has made, whoever found them. It writes nothing.
"""

import random
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from tqdm import tqdm

from pipeline import store
from pipeline.configurations.registry import configuration_named
from pipeline.core.config import SimilarityConfig
from pipeline.core.errors import ArtefactError, InvalidConfiguration, SimilarityUnavailable
from pipeline.core.linking.linker import Linking
from pipeline.core.linking.report import (
    EXACT,
    TARGET_SHARE,
    Mapped,
    ReportedLink,
    commonest_unmapped,
    count_links,
    links_of,
    mapped,
    report_links,
)
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import ReasonerKind, Side
from pipeline.core.similarity.registry import make_similarity
from pipeline.management.arguments import positive
from pipeline.models import Batch, QuestionSet, Trace
from pipeline.sources.knowledge_graphs import latest_graph
from pipeline.sources.open_graphs import open_graph, vectors_folder

BY_RULES = (
    "The rules name in question and explanation only what the graph holds: there their share "
    "says little. The answer's side, and a batch of a language model (--batch), say more."
)
WIDTH = 48


class Command(BaseCommand):
    help = "Count how mentions are linked to a graph, and say whether nine of ten are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--questions", help="name of the question set")
        parser.add_argument("--graph", help="name of the knowledge graph")
        parser.add_argument("--batch", type=int, help="number of a batch, instead of these two")
        parser.add_argument(
            "--limit", type=positive, default=100, help="only the first N questions (default: 100)"
        )
        parser.add_argument(
            *("--config", "--preset"),
            dest="configuration",
            default="demonstration",
            help="the configuration whose similarity links (default: demonstration)",
        )
        parser.add_argument("--similarity", help="an embedding model instead of its own")
        parser.add_argument(
            "--unmapped",
            type=positive,
            default=20,
            help="commonest mentions without a node to print",
        )
        parser.add_argument("--sample", type=int, default=0, help="links to print for reading")
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        named = bool(options["questions"] and options["graph"])
        if named == (options["batch"] is not None):
            raise CommandError("Name --questions and --graph, or else --batch.")
        links = self._questions(options) if named else self._batch(options)
        self._print_counts(links)
        self._print_target(links)
        if unmapped := commonest_unmapped(links, options["unmapped"]):
            texts = ", ".join(f"{text!r} ({count:,})" for text, count in unmapped)
            self.stdout.write(f"Commonest mentions without a node: {texts}.")
        self._print_sample(links, options["sample"], options["seed"])

    def _questions(self, options: dict[str, Any]) -> list[ReportedLink]:
        row = latest_graph(options["graph"])
        question_set = QuestionSet.objects.filter(name=options["questions"]).first()
        if row is None or question_set is None:
            missing = "knowledge graph" if row is None else "question set"
            name = options["graph"] if row is None else options["questions"]
            raise CommandError(f"There is no {missing} named {name}.")
        rows = question_set.questions.select_related("question_set").order_by("pk")
        questions = [store.question_record(question) for question in rows[: options["limit"]]]
        try:
            config = _similarity(options)
            graph = open_graph(row)
            similarity = make_similarity(graph, config, vectors_folder(row))
        except (ArtefactError, InvalidConfiguration, SimilarityUnavailable) as error:
            raise CommandError(str(error)) from error
        with tqdm(questions, unit="question", disable=None) as bar:
            reasoner = DemonstrationReasoner(graph)
            links = list(report_links(bar, graph, reasoner, similarity, config))
        count = f"{len(questions):,} question{pluralize(len(questions))}"
        self.stdout.write(f"{question_set} on {row}: {count}. {BY_RULES}")
        return links

    def _batch(self, options: dict[str, Any]) -> list[ReportedLink]:
        batch = Batch.objects.filter(pk=options["batch"]).first()
        if batch is None:
            raise CommandError(f"There is no batch {options['batch']}.")
        if batch.is_imported:
            raise CommandError(f"{batch} was imported: nothing of it was linked to a graph.")
        rows = Trace.objects.of_key().filter(batch=batch, is_current=True, sample_index=0)
        made = rows.exclude(record="").select_related("question").order_by("pk")
        traces = [store.trace_record(row) for row in made[: options["limit"]]]
        linked = [trace for trace in traces if trace.linked or trace.unlinked]
        by_rules = batch.reasoner_kind == ReasonerKind.DEMONSTRATION
        self.stdout.write(
            f"{batch}: {len(traces):,} trace{pluralize(len(traces))}, "
            f"{len(traces) - len(linked):,} of them ended before linking."
            f"{f' {BY_RULES}' if by_rules else ''}"
        )
        return [
            link
            for trace in linked
            for link in links_of(trace.question, Linking(trace.linked, trace.unlinked))
        ]

    def _print_counts(self, links: Sequence[ReportedLink]) -> None:
        self.stdout.write(f"{'':<{WIDTH}}{''.join(f'{side.value:>13}' for side in Side)}")
        for how, sides in count_links(links):
            figures = "".join(f"{sides[side]:>13,}" for side in Side)
            self.stdout.write(f"{how:<{WIDTH}}{figures}")
        shares = "".join(f"{_percent(mapped(links, side)):>13}" for side in Side)
        self.stdout.write(f"{'linked':<{WIDTH}}{shares}")

    def _print_target(self, links: Sequence[ReportedLink]) -> None:
        whole = mapped(links)
        self.stdout.write(
            f"Target: {100 * TARGET_SHARE:.0f} % of mentions linked. {_verdict(whole)}: "
            f"{whole.linked:,} of {whole.mentions:,}, {_percent(whole)}. "
            f"By side: {', '.join(_by_side(links))}."
        )

    def _print_sample(self, links: Sequence[ReportedLink], size: int, seed: int) -> None:
        """Links to be read by hand: those of the answer and those that no exact name made."""
        worth = [
            link
            for link in links
            if link.entity and (link.how != EXACT or link.mention.side is Side.ANSWER)
        ]
        for link in random.Random(seed).sample(worth, min(size, len(worth))):
            self.stdout.write(_line(link))


def _similarity(options: dict[str, Any]) -> SimilarityConfig:
    config = configuration_named(options["configuration"]).method_config
    if options["similarity"]:
        config = config.with_similarity(options["similarity"])
    if config.similarity.endpoint:
        raise InvalidConfiguration(
            "What an embeddings endpoint links goes through a batch's ledger: start a batch and "
            "name it with --batch."
        )
    return config.similarity


def _verdict(figures: Mapped) -> str:
    return "Met" if figures.meets_target else "Not met"


def _by_side(links: Sequence[ReportedLink]) -> Iterator[str]:
    for side in Side:
        figures = mapped(links, side)
        told = _verdict(figures).lower() if figures.mentions else "no mentions"
        yield f"{side.value} {told}"


def _percent(figures: Mapped) -> str:
    return "none" if figures.share is None else f"{100 * figures.share:.1f} %"


def _line(link: ReportedLink) -> str:
    entity = link.entity
    assert entity is not None  # noqa: S101 (the sample holds links)
    return (
        f"{link.question.id_in_source} {link.mention.side} [{link.how}, {entity.score:.2f}] "
        f"{link.mention.text!r} -> {entity.node.name!r} ({entity.node.type})"
    )
