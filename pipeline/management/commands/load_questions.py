"""`manage.py load_questions FILE --source SOURCE --name NAME`: a file joins a question set."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.datasets.registry import ADAPTERS, UnknownSource
from pipeline.core.datasets.source_file import DELIMITERS
from pipeline.core.errors import Refusal
from pipeline.management.arguments import checked_name, existing_file
from pipeline.models import QuestionLoad, QuestionSet
from pipeline.sources.question_sets import QuestionSetTerms
from pipeline.sources.questions import load_file

MAX_LISTED = 20


class Command(BaseCommand):
    help = "Load clinical questions from a published data set or your own file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source",
            required=True,
            help=f"{', '.join(ADAPTERS)}, or a mapping saved by describe_questions",
        )
        parser.add_argument("--name", required=True, help="the question set's name")
        parser.add_argument(
            "--key-counts-from",
            type=int,
            choices=(0, 1),
            help="number of the first option, where keys are numbers and the file leaves it open",
        )
        parser.add_argument(
            "--delimiter",
            choices=sorted(DELIMITERS),
            help="of a CSV file (default: as its header has it)",
        )
        parser.add_argument("--licence", default="", help="e.g. CC-BY-4.0 (default: unknown)")
        parser.add_argument(
            "--may-be-released",
            action="store_true",
            help="the licence permits publication; only for one that is not known by its name",
        )
        parser.add_argument(
            "--benchmark", action="store_true", help="evaluation questions: never released"
        )
        parser.add_argument(
            "--split", default="", help="with --benchmark: which part of the source, such as test"
        )
        parser.add_argument(
            "--may-go-to",
            action="append",
            default=[],
            metavar="HOST",
            help="an endpoint host the text may be sent to (default: it stays on this machine)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, name = existing_file(options["file"]), checked_name(options["name"])
        try:
            load = load_file(
                name,
                path,
                file_name=path.name,
                source=options["source"],
                terms=_terms(options),
                key_counts_from=options["key_counts_from"],
                delimiter=DELIMITERS.get(options["delimiter"]),
            )
        except (Refusal, UnknownSource, OSError) as error:
            raise CommandError(str(error)) from error
        for line in _report(load):
            self.stdout.write(line)


def _report(load: QuestionLoad) -> Iterator[str]:
    """What was loaded, what was not, and what contradicts another key."""
    yield (
        f"{load.question_set}: {load.added:,} added, {load.known:,} already there, "
        f"{load.rejected:,} rejected."
    )
    if load.key_counts_from is not None:
        yield f"Keys were counted from {load.key_counts_from}."
    if load.skipped:
        yield f"{load.skipped:,} records of other splits were left out."
    yield from _listed((f"line {n}: {reason}" for n, reason in load.rejections), load.rejected)
    if load.conflicting:
        yield f"Questions asked already, with another key: {load.conflicting:,}."
        yield from _listed((sentence for _, sentence in load.conflicts), load.conflicting)


def _listed(sentences: Iterable[str], total: int) -> Iterator[str]:
    yield from (f"  {sentence}" for sentence in islice(sentences, MAX_LISTED))
    if total > MAX_LISTED:
        yield f"  and {total - MAX_LISTED:,} more."


def _terms(options: dict[str, Any]) -> QuestionSetTerms | None:
    """The terms stated; None when none is: a known set keeps its own, a new one allows nothing."""
    stated = ("licence", "may_be_released", "benchmark", "split", "may_go_to")
    if not any(options[name] for name in stated):
        return None
    destinations = tuple(options["may_go_to"])
    where = QuestionSet.TextMayGo
    return QuestionSetTerms(
        licence=options["licence"],
        may_be_released=options["may_be_released"],
        is_benchmark=options["benchmark"],
        split=options["split"],
        text_may_go=where.LISTED_ENDPOINTS if destinations else where.THIS_MACHINE,
        destinations=destinations,
    )
