"""`manage.py import_outputs FILE --benchmark NAME --name NAME`: re-score what others ran."""

from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.benchmarks.outputs.reading import TITLES
from pipeline.core.datasets.source_file import opened
from pipeline.core.errors import Refusal
from pipeline.evaluations.imported.held_against import HeldAgainst, OthersFile, hold_against
from pipeline.evaluations.imported.importing import ImportPlan, import_outputs
from pipeline.management.arguments import existing_file
from pipeline.models import Evaluation, QuestionSet

MAX_LISTED = 20


class Command(BaseCommand):
    help = (
        "Import the outputs of a model that others evaluated: logs of lm-evaluation-harness "
        "(--log_samples) and Inspect (JSON), result files of the MedReason and HuatuoGPT-o1 "
        "scripts, or JSON Lines with id and output. They become a finished evaluation, read by "
        "the same rules as our own."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--benchmark", required=True, help="name of the question set")
        parser.add_argument("--name", default="", help="the evaluation's name")
        parser.add_argument(
            "--model", default="", help="whose outputs they are (default: as the file states it)"
        )
        parser.add_argument(
            "--format", choices=sorted(TITLES), default="", help="default: as the content shows"
        )
        parser.add_argument(
            "--part", default="", help="of a file of several benchmarks, its own name of this one"
        )
        parser.add_argument(
            "--preview", action="store_true", help="say what fits the benchmark, and store nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = existing_file(options["file"])
        questions = QuestionSet.objects.filter(name=options["benchmark"]).first()
        if questions is None:
            raise CommandError(f"There is no question set {options['benchmark']}.")
        if not options["name"] and not options["preview"]:
            raise CommandError("Name the evaluation with --name, or look first with --preview.")
        try:
            with opened(path, path.name) as stream:
                file = OthersFile(stream, path.name, options["format"], options["part"])
                for line in self._lines(file, questions, options):
                    self.stdout.write(line)
        except Refusal as error:
            raise CommandError(str(error)) from error

    def _lines(
        self, file: OthersFile, questions: QuestionSet, options: dict[str, Any]
    ) -> Iterator[str]:
        if options["preview"]:
            return _preview(hold_against(file, questions))
        plan = ImportPlan(options["name"], questions, options["model"])
        return _report(import_outputs(plan, file))


def _preview(held: HeldAgainst) -> Iterator[str]:
    yield f"{TITLES[held.facts.format]}; model: {held.facts.model or 'not stated'}."
    yield (
        f"{held.counts.matched:,} outputs fit, on {held.answered:,} of {len(held.questions):,} "
        f"questions. {held.missing:,} are not in the file and would count as wrong."
    )
    for part, number in sorted(held.facts.parts.items()):
        if part:
            yield f"Part {part}: {number:,} rows."
    yield from held.notes
    yield from _listed(held.counts.told, held.counts.left_out)


def _report(evaluation: Evaluation) -> Iterator[str]:
    """What was imported, what was not, and what reading it came to."""
    said = evaluation.imported_from or {}
    read = evaluation.answers.exclude(letter="").count()
    yield (
        f"Evaluation {evaluation.pk}, {evaluation}: {said['matched']:,} outputs of "
        f"{evaluation.model} on {evaluation.questions:,} questions, a letter read in {read:,}. "
        f"{said['missing']:,} questions are not in the file and count as wrong."
    )
    yield from said["notes"]
    yield from _listed(said["left_out"], said["unusable"] + said["rejected"])


def _listed(told: list[tuple[int, str]], total: int) -> Iterator[str]:
    if total:
        yield f"Left out: {total:,}."
    yield from (f"  line {line}: {reason}" for line, reason in islice(told, MAX_LISTED))
    if total > MAX_LISTED:
        yield f"  and {total - MAX_LISTED:,} more."
