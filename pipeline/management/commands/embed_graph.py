"""`manage.py embed_graph GRAPH`: an embedding model's vectors of all names, for dense linking."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from pipeline.core.config import DENSE_MODEL
from pipeline.core.errors import ArtefactError, SimilarityUnavailable
from pipeline.sources.graph_embeddings import embed_graph
from pipeline.sources.knowledge_graphs import latest_graph


class Command(BaseCommand):
    help = (
        "Encode every node name of a graph with a sentence-transformers model, for the dense "
        "similarity backend. An interrupted run resumes where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("graph", help="name of the knowledge graph (its newest version)")
        parser.add_argument(
            "--model",
            default=DENSE_MODEL,
            metavar="NAME",
            help="a model's name, optionally with @REVISION, or its folder (default: %(default)s)",
        )
        parser.add_argument("--anew", action="store_true", help="replace existing vectors")

    def handle(self, *args: Any, **options: Any) -> None:
        graph = latest_graph(options["graph"])
        if graph is None:
            raise CommandError(f"There is no knowledge graph named {options['graph']}.")
        with tqdm(total=graph.node_count, unit="name", unit_scale=True, disable=None) as bar:

            def advance(done: int, total: int) -> None:
                bar.update(done - bar.n)

            try:
                summary, is_new = embed_graph(
                    graph, model=options["model"], overwrite=options["anew"], progress=advance
                )
            except (SimilarityUnavailable, ArtefactError, OSError) as error:
                raise CommandError(str(error)) from error
        state = "embedded" if is_new else "already embedded and intact"
        revision = f" at {summary.revision[:12]}" if summary.revision else ""
        self.stdout.write(
            f"{graph} {state}: {summary.count:,} names, {summary.dimension} dimensions, "
            f"model {summary.model}{revision}."
        )
