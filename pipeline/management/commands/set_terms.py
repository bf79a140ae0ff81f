"""`manage.py set_terms graph NAME --licence LICENCE --reason TEXT`: state or correct terms."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import Refusal
from pipeline.core.licences import permits_publication
from pipeline.core.records import ReasonerKind
from pipeline.models import Batch, Endpoint, QuestionSet
from pipeline.sources.knowledge_graphs import latest_graph
from pipeline.sources.terms import StatedTerms, WithTerms, set_terms


class Command(BaseCommand):
    help = (
        "State or correct the licence of a question set, of the newest version of a graph, of "
        "what an endpoint's model writes, or of an imported batch's texts. Releases that were made "
        "stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=("questions", "graph", "endpoint", "batch"))
        parser.add_argument("name")
        parser.add_argument("--licence", help="e.g. CC-BY-4.0 (default: as it is stated)")
        parser.add_argument("--source", help="where a graph's file comes from")
        leave = parser.add_mutually_exclusive_group()
        leave.add_argument(
            "--may-be-released",
            action="store_true",
            default=None,
            help="the licence, whose text you have read, permits publication; a known licence that "
            "does needs no flag",
        )
        leave.add_argument(
            "--not-for-release", action="store_true", help="keep it out of releases all the same"
        )
        parser.add_argument("--reason", required=True, help="kept in the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        row = _row(options["kind"], options["name"])
        shown = StatedTerms.of(row)
        terms = _terms(shown, options)
        try:
            set_terms(row, terms=terms, shown=shown, reason=options["reason"])
        except Refusal as error:
            raise CommandError(str(error)) from error
        stated = StatedTerms.of(row)
        may = "may be released" if stated.may_be_released else "is kept out of releases"
        self.stdout.write(f"{row}: {stated.licence or 'no licence stated'}, {may}.")


def _terms(shown: StatedTerms, options: dict[str, Any]) -> StatedTerms:
    licence = shown.licence if options["licence"] is None else options["licence"]
    source = shown.source if options["source"] is None else options["source"]
    if options["may_be_released"] or options["not_for_release"]:
        return StatedTerms(licence, bool(options["may_be_released"]), source)
    same = licence == shown.licence
    return StatedTerms(
        licence, shown.may_be_released if same else permits_publication(licence), source
    )


def _row(kind: str, name: str) -> WithTerms:
    row: WithTerms | None
    if kind == "questions":
        row = QuestionSet.objects.filter(name=name).first()
    elif kind == "graph":
        row = latest_graph(name)
    elif kind == "batch":
        row = Batch.objects.filter(name=name, reasoner_kind=ReasonerKind.IMPORTED).first()
    else:
        row = Endpoint.objects.filter(name=name).first()
    if row is None:
        called = {"questions": "question set", "batch": "imported batch"}.get(kind, kind)
        raise CommandError(f"There is no {called} named {name}.")
    return row
