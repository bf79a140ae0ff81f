"""`manage.py export_grades STUDY FOLDER|ZIP`: the archive of a study for statisticians."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import Refusal
from review.exports.archive.build import check_has_grades, write_folder, write_zip
from review.models import Study


class Command(BaseCommand):
    help = "Write all grades of a study with a codebook and scripts that work its reports out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="the study's name")
        parser.add_argument("target", type=Path, help="a new folder, or a file that ends in .zip")
        parser.add_argument(
            "--comments", action="store_true", help="also what people wrote in words"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(name=options["study"]).first()
        if study is None:
            raise CommandError(f"There is no study named {options['study']}.")
        target: Path = options["target"]
        try:
            size = _write(study, target, with_comments=options["comments"])
        except Refusal as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Cannot write {target}: {error.strerror}.") from error
        self.stdout.write(f"{target}: {size:,} bytes.")


def _write(study: Study, target: Path, *, with_comments: bool) -> int:
    if target.suffix != ".zip":
        return write_folder(study, target, with_comments=with_comments)
    check_has_grades(study)
    with target.open("xb") as file:
        write_zip(study, file, with_comments=with_comments)
    return target.stat().st_size
