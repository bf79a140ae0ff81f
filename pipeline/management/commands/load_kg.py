"""`manage.py load_kg FILE --name NAME`: a kg.csv becomes a registered graph version.

`--download` in place of FILE fetches PrimeKG from its published address first.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from pipeline.core.errors import Refusal
from pipeline.core.kg.source.download import download
from pipeline.management.arguments import checked_name, existing_file
from pipeline.sources.knowledge_graphs import GraphTerms, load_graph


class Command(BaseCommand):
    help = "Load a knowledge graph in PrimeKG's CSV format (plain or .gz) into an index on disk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("file", type=Path, nargs="?")
        source.add_argument(
            "--download",
            action="store_true",
            help="first download PrimeKG's kg.csv (about 1 GB); resumes a broken download",
        )
        parser.add_argument("--name", required=True, help="the graph's name, e.g. primekg")
        parser.add_argument(
            "--synonyms",
            type=Path,
            metavar="FILE",
            help="other names of the nodes: CSV or TSV with the columns node (x_index), synonym",
        )
        parser.add_argument(
            "--licence",
            default="",
            help="the licence of the graph as its source states it, e.g. CC-BY-4.0; until it is "
            "stated, no trace made on the graph can be released",
        )
        parser.add_argument(
            "--may-be-released",
            action="store_true",
            help="the licence permits publication; only for one that is not known by its name",
        )
        parser.add_argument(
            "--source",
            default="",
            help="where the file comes from, such as its address (with --download: known)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        synonyms: Path | None = options["synonyms"]
        path: Path = options["file"] or settings.DOWNLOAD_DIR / "primekg" / "kg.csv"
        name = checked_name(options["name"])
        for source_file in filter(None, (options["file"], synonyms)):
            existing_file(source_file)
        try:
            if options["download"]:
                with progress_bar("Fetching") as advance:
                    download(settings.PRIMEKG_URL, path, md5=settings.PRIMEKG_MD5, progress=advance)
                self.stdout.write(f"PrimeKG is in {path}; once loaded, the file may be deleted.")
            with progress_bar("Loading") as advance:
                graph, is_new = load_graph(
                    path, name=name, synonyms=synonyms, terms=_terms(options), progress=advance
                )
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error
        state = "loaded" if is_new else "already loaded"
        self.stdout.write(
            f"{graph} {state}: {graph.node_count:,} nodes, {graph.edge_count:,} edges, "
            f"{graph.row_count:,} rows, {graph.synonym_count:,} synonyms, "
            f"checksum {graph.checksum[:12]}."
        )
        if not graph.may_be_released:
            self.stdout.write(
                f"Its licence is {graph.licence or 'not stated'}: traces made on it cannot be "
                f"released until `manage.py set_terms graph {name} --licence ... --reason ...` "
                "states one that permits it."
            )


def _terms(options: dict[str, Any]) -> GraphTerms:
    source = options["source"] or (settings.PRIMEKG_URL if options["download"] else "")
    return GraphTerms(options["licence"], source, options["may_be_released"])


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal, moved by (bytes done, bytes in all); none where output is piped."""
    with tqdm(desc=what, unit="B", unit_scale=True, disable=None) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        yield advance
