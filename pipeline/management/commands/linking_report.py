"""`manage.py linking_report --questions NAME --graph NAME`: what linking makes of a set.

Reads the questions with the demonstration's extraction; writes nothing to the database.
"""

import random
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from pipeline import store
from pipeline.core.config import preset
from pipeline.core.errors import ArtefactError, SimilarityUnavailable
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.report import (
    EXACT,
    NONE,
    ReportedLink,
    SimilarityStage,
    count_links,
    report_links,
)
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import Question, Side
from pipeline.core.similarity.dense import open_dense
from pipeline.core.similarity.lexical import LexicalSimilarity
from pipeline.models import KnowledgeGraph, QuestionSet
from pipeline.sources.knowledge_graphs import latest_graph
from pipeline.sources.open_graphs import open_graph, vectors_folder


class Command(BaseCommand):
    help = "Count how the mentions of a question set link to a graph, by side and stage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--questions", required=True, help="name of the question set")
        parser.add_argument("--graph", required=True, help="name of the knowledge graph")
        parser.add_argument("--limit", type=int, help="only the first N questions")
        parser.add_argument(
            "--model",
            help="an embedding model whose vectors the graph has: adds a dense stage, which "
            "accepts as the paper preset does",
        )
        parser.add_argument("--sample", type=int, default=0, help="links to print for reading")
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        row = latest_graph(options["graph"])
        question_set = QuestionSet.objects.filter(name=options["questions"]).first()
        if row is None or question_set is None:
            missing = "knowledge graph" if row is None else "question set"
            name = options["graph"] if row is None else options["questions"]
            raise CommandError(f"There is no {missing} named {name}.")
        try:
            graph = open_graph(row)
            stages = _stages(graph, row, options["model"])
        except (ArtefactError, SimilarityUnavailable) as error:
            raise CommandError(str(error)) from error
        rows = question_set.questions.select_related("question_set").order_by("pk")[
            : options["limit"]
        ]
        questions = [store.question_record(question) for question in rows]
        with tqdm(questions, unit="question", disable=None) as bar:
            links = list(report_links(bar, graph, DemonstrationReasoner(graph), stages))
        self.stdout.write(f"{question_set} on {row}: {len(questions):,} questions.")
        self._print_counts(links, stages, questions)
        self._print_sample(links, options["sample"], options["seed"])

    def _print_counts(
        self,
        links: list[ReportedLink],
        stages: Sequence[SimilarityStage],
        questions: Sequence[Question],
    ) -> None:
        self.stdout.write(f"{'':<46}{'question':>10}{'answer':>10}")
        for how, sides in count_links(links, stages):
            self.stdout.write(f"{how:<46}{sides[Side.QUESTION]:>10,}{sides[Side.ANSWER]:>10,}")
        linked = {side: _questions_linked(links, side) for side in Side}
        both = len(linked[Side.QUESTION] & linked[Side.ANSWER])
        counts = "".join(f"{len(linked[side]):>10,}" for side in (Side.QUESTION, Side.ANSWER))
        self.stdout.write(f"{'questions with a link on the side':<46}{counts}")
        self.stdout.write(f"{both:,} of {len(questions):,} questions are linked on both sides.")

    def _print_sample(self, links: Iterable[ReportedLink], size: int, seed: int) -> None:
        """Links to be read by hand: those on the answer's side and those no exact name made."""
        worth = [
            link
            for link in links
            if link.entity and (link.how != EXACT or link.mention.side is Side.ANSWER)
        ]
        for link in random.Random(seed).sample(worth, min(size, len(worth))):
            self.stdout.write(_line(link))


def _stages(graph: GraphIndex, row: KnowledgeGraph, model: str | None) -> list[SimilarityStage]:
    demonstration, paper = preset("demonstration").similarity, preset("paper").similarity
    stages = [SimilarityStage("lexical", LexicalSimilarity(graph), demonstration)]
    if model:
        dense = open_dense(graph, vectors_folder(row), model)
        stages.append(SimilarityStage(f"dense, cosine of {paper.accept} or more", dense, paper))
    return stages


def _questions_linked(links: Iterable[ReportedLink], side: Side) -> set[str]:
    return {
        link.question.id_in_source
        for link in links
        if link.how != NONE and link.mention.side is side
    }


def _line(link: ReportedLink) -> str:
    entity = link.entity
    assert entity is not None  # noqa: S101 (the sample holds links)
    return (
        f"{link.question.id_in_source} {link.mention.side} [{link.how}, {entity.score:.2f}] "
        f"{link.mention.text!r} -> {entity.node.name!r} ({entity.node.type})"
    )
