"""`manage.py benchmarks`: what each benchmark is, and marking a question set as one."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import Refusal
from pipeline.models import QuestionSet
from pipeline.sources.benchmarks.facts import BenchmarkFacts, benchmark_facts
from pipeline.sources.benchmarks.identities import out_of_date, work_out
from pipeline.sources.benchmarks.marking import BenchmarkMark, mark_benchmark


class Command(BaseCommand):
    help = (
        "List the benchmarks: their identity (a hash of what is asked), questions, repeats, and "
        "how many of their questions stand in other sets. What no worker has worked out yet is "
        "worked out first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        change = parser.add_mutually_exclusive_group()
        change.add_argument("--mark", metavar="NAME", help="mark a question set as a benchmark")
        change.add_argument("--unmark", metavar="NAME", help="it is no benchmark any more")
        parser.add_argument(
            "--split", default="", help="with --mark: which part of its source, such as test"
        )
        parser.add_argument("--reason", default="", help="kept in the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        if name := options["mark"] or options["unmark"]:
            _mark(name, BenchmarkMark(bool(options["mark"]), options["split"]), options["reason"])
        for row in out_of_date():
            work_out(row)
        rows = QuestionSet.objects.filter(is_benchmark=True).select_related("identity")
        for facts in benchmark_facts(rows):
            self.stdout.write("; ".join(_told(facts)) + ".")


def _mark(name: str, mark: BenchmarkMark, reason: str) -> None:
    row = QuestionSet.objects.filter(name=name).first()
    if row is None:
        raise CommandError(f"There is no question set named {name}.")
    try:
        mark_benchmark(row, mark=mark, shown=BenchmarkMark.of(row), reason=reason)
    except Refusal as error:
        raise CommandError(str(error)) from error


def _told(facts: BenchmarkFacts) -> Iterator[str]:
    row, identity = facts.question_set, facts.identity
    yield f"{row}: {f'split {row.split}' if row.split else 'split not stated'}"
    if not facts.is_identified:
        yield "a worker is at it"
        return
    yield f"identity {identity.sha256[:12]}, {identity.questions:,} questions"
    yield f"options {facts.options}"
    if identity.open_ended:
        yield f"{identity.open_ended:,} more without options"
    if identity.repeat_groups:
        yield f"repeats {identity.repeat_groups:,} ({facts.contradicting:,} with different keys)"
    for overlap in facts.overlaps:
        yield f"in {overlap.question_set} {overlap.exact:,} exactly and {overlap.near:,} nearly"
