"""`manage.py export_release NAME --output FILE`: a release's JSON lines, byte for byte."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.models import Release
from review.releasing import lines_of


class Command(BaseCommand):
    help = "Write a frozen release to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--output", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        release = Release.objects.filter(name=options["name"]).first()
        if release is None:
            raise CommandError(f"There is no release named {options['name']}.")
        if release.state == Release.State.WITHDRAWN:
            raise CommandError(f"{release} was withdrawn: {release.withdrawn_reason}")
        try:
            with options["output"].open("wb") as file:
                file.writelines(lines_of(release))
        except OSError as error:
            raise CommandError(f"Cannot write {options['output']}: {error.strerror}.") from error
        self.stdout.write(f"{release.row_count:,} lines, sha256 {release.sha256}.")
