"""`manage.py export_paper STUDY FILE`: methods and results of a study, ready to paste."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.models import Study
from review.reports.facts import read_facts
from review.reports.paper.files import FORMS
from review.reports.paper.paper import build_paper


class Command(BaseCommand):
    help = "Write a study's methods and results as Markdown (.md), LaTeX (.tex) or JSON (.json)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's name")
        parser.add_argument("target", type=Path, help="a new file: .md, .tex or .json")

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(name=options["study"]).first()
        if study is None:
            raise CommandError(f"There is no study named {options['study']}.")
        if study.is_pairwise:
            raise CommandError("A pairwise study has no single grades to write about.")
        target: Path = options["target"]
        form = target.suffix.removeprefix(".")
        if form not in FORMS:
            raise CommandError(f"{target} does not end in {', '.join(f'.{one}' for one in FORMS)}.")
        text = FORMS[form][0](build_paper(read_facts(study)))
        try:
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise CommandError(f"Cannot write {target}: {error.strerror}.") from error
        self.stdout.write(f"{target}: {len(text):,} characters.")
