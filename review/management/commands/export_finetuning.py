"""`manage.py export_finetuning --release NAME --out FOLDER`: all that trains, without the site."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import Refusal
from pipeline.finetuning.refused import Refused
from pipeline.finetuning.release_files import open_release
from pipeline.finetuning.settings import PRESETS
from review.exports.training.standalone import DEFAULT_BASE, write_folder
from review.management.commands.finetune import bundle_of, trainable_release
from review.models import Release


class Command(BaseCommand):
    help = (
        "Write a folder that fine-tunes a model on a release without this site: the rows, the "
        "trainer, the versions of its packages, and configurations for axolotl, LLaMA-Factory "
        "and ms-swift."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--release", required=True, metavar="NAME")
        parser.add_argument("--out", required=True, type=Path, help="a new folder")
        parser.add_argument(
            "--base", default=DEFAULT_BASE, help=f"the model to train (default {DEFAULT_BASE})"
        )
        parser.add_argument(
            "--preset",
            choices=list(PRESETS),
            default="paper",
            help="paper: the published recipe, for 8 GPUs; small: an adapter, for one GPU",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        release = trainable_release(options["release"])
        out: Path = options["out"]
        try:
            out.mkdir()
        except OSError as error:
            raise CommandError(f"Cannot write {out}: {error.strerror}.") from error
        try:
            _write(release, out, base=options["base"], preset=options["preset"])
        except (Refusal, Refused) as error:
            shutil.rmtree(out)
            raise CommandError(str(error)) from error
        self.stdout.write(f"All that trains on {release} is in {out}: see its README.md.")


def _write(release: Release, out: Path, *, base: str, preset: str) -> None:
    with bundle_of(release) as bundle:
        write_folder(open_release(bundle), out, base=base, preset=preset)
