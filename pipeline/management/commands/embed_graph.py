"""`manage.py embed_graph GRAPH`: an embedding model's vectors of all names, for dense linking."""

from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from pipeline.core.config import DENSE_MODEL
from pipeline.core.embeddings.encoder import Prefixes
from pipeline.core.embeddings.endpoint_encoder import TEXTS_PER_CALL
from pipeline.core.embeddings.node_vectors import VectorsSummary
from pipeline.core.errors import InvalidConfiguration, ReasonerFailure, Refusal
from pipeline.endpoints.embeddings import embeddings_endpoint, vectors_name
from pipeline.ledger.embeddings import graph_encoder
from pipeline.ledger.probe import probe_if_untested
from pipeline.management.arguments import positive
from pipeline.models import KnowledgeGraph
from pipeline.sources.graph_embeddings import embed_graph
from pipeline.sources.knowledge_graphs import latest_graph


class Command(BaseCommand):
    help = (
        "Encode every node name of a graph with a sentence-transformers model, or with one behind "
        "an endpoint, for the dense similarity backend. An interrupted run resumes where it "
        "stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("graph", help="name of the knowledge graph (its newest version)")
        model = parser.add_mutually_exclusive_group()
        model.add_argument(
            "--model",
            default=DENSE_MODEL,
            metavar="NAME",
            help="a model's name, optionally with @REVISION, or its folder (default: %(default)s)",
        )
        model.add_argument(
            "--endpoint", metavar="NAME", help="ask this endpoint, whose role is embeddings"
        )
        for kind, text in (("query", "a text that is looked up"), ("document", "a node's name")):
            parser.add_argument(
                f"--{kind}-prefix",
                metavar="TEXT",
                help=f"what the model wants before {text} (default: what its files state)",
            )
        parser.add_argument(
            "--dimensions", type=positive, metavar="N", help="ask the endpoint for shorter vectors"
        )
        parser.add_argument(
            "--names-per-call",
            type=positive,
            default=TEXTS_PER_CALL,
            metavar="N",
            help="names in one call to the endpoint (default: %(default)s)",
        )
        parser.add_argument("--anew", action="store_true", help="replace existing vectors")

    def handle(self, *args: Any, **options: Any) -> None:
        graph = latest_graph(options["graph"])
        if graph is None:
            raise CommandError(f"There is no knowledge graph named {options['graph']}.")
        try:
            summary, is_new = _embed(graph, options)
        except ReasonerFailure as failure:
            raise CommandError(f"{failure.detail} What is written is kept: run again.") from failure
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error
        state = "embedded" if is_new else "already embedded and intact"
        revision = f" at {summary.revision[:12]}" if summary.revision else ""
        self.stdout.write(
            f"{graph} {state}: {summary.count:,} names, {summary.dimension} dimensions, "
            f"model {summary.model}{revision}."
        )


def _embed(graph: KnowledgeGraph, options: dict[str, Any]) -> tuple[VectorsSummary, bool]:
    given: dict[str, Any] = _of_endpoint(options) if options["endpoint"] else _of_model(options)
    with tqdm(total=graph.node_count, unit="name", unit_scale=True, disable=None) as bar:

        def advance(done: int, total: int) -> None:
            bar.update(done - bar.n)

        return embed_graph(
            graph, prefixes=_prefixes(options), overwrite=options["anew"], progress=advance, **given
        )


def _of_model(options: dict[str, Any]) -> dict[str, Any]:
    if options["dimensions"]:
        raise InvalidConfiguration("Only an endpoint can be asked for shorter vectors.")
    return {"model": options["model"]}


def _of_endpoint(options: dict[str, Any]) -> dict[str, Any]:
    endpoint = probe_if_untested(embeddings_endpoint(options["endpoint"]))
    encoder = partial(
        graph_encoder,
        endpoint,
        dimensions=options["dimensions"],
        texts_per_call=options["names_per_call"],
    )
    return {
        "model": vectors_name(endpoint),
        "encoder": encoder,
        "dimensions": options["dimensions"],
    }


def _prefixes(options: dict[str, Any]) -> Prefixes | None:
    """Those given; one alone leaves the other empty. None where none is given."""
    query, document = options["query_prefix"], options["document_prefix"]
    if query is None and document is None:
        return None
    return Prefixes(query or "", document or "")
