"""`manage.py export_release NAME --output FILE` or `--bundle FOLDER|ZIP`: byte for byte."""

import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import Refusal
from review.models import Release
from review.releases.bundle import pack_checked, write_checked
from review.releases.lifecycle import lines_of


class Command(BaseCommand):
    help = "Write a frozen release: its traces as JSON lines, or the whole bundle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        target = parser.add_mutually_exclusive_group(required=True)
        target.add_argument("--output", type=Path, help="a file for the JSON lines")
        target.add_argument(
            "--bundle", type=Path, help="a new folder for all files, or one that ends in .zip"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        release = release_named(options["name"])
        if release.state == Release.State.WITHDRAWN:
            raise CommandError(f"{release} was withdrawn: {release.withdrawn_reason}")
        target: Path = options["output"] or options["bundle"]
        try:
            if options["output"]:
                _write_lines(release, target)
            else:
                _write_bundle(release, target)
        except Refusal as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Cannot write {target}: {error.strerror}.") from error
        self.stdout.write(f"{release.row_count:,} lines, sha256 {release.sha256}.")


def release_named(name: str) -> Release:
    """The frozen release of this name; CommandError where there is none."""
    release = Release.objects.filter(name=name).first()
    if release is None:
        raise CommandError(f"There is no release named {name}.")
    if not release.is_frozen:
        raise CommandError(f"{release} is not frozen: it is {release.state}.")
    return release


def _write_lines(release: Release, target: Path) -> None:
    with target.open("wb") as file:
        file.writelines(lines_of(release))


def _write_bundle(release: Release, target: Path) -> None:
    if target.suffix != ".zip":
        target.mkdir()
        write_checked(release, target)
        return
    with tempfile.TemporaryFile(prefix="medreason-") as archive:
        pack_checked(release, archive)
        archive.seek(0)
        with target.open("xb") as file:
            shutil.copyfileobj(archive, file)
