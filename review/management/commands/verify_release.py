"""`manage.py verify_release NAME`: rebuild every file of a release and compare the checksums."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.audit import verify
from pipeline.core.errors import Refusal
from review.management.commands.export_release import release_named
from review.releases.bundle import write_checked
from review.releases.manifest import audit_heads_of


class Command(BaseCommand):
    help = "Rebuild a release's files from what it froze and compare each with its sha256."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        release = release_named(options["name"])
        try:
            with tempfile.TemporaryDirectory(prefix="medreason-") as folder:
                write_checked(release, Path(folder))
        except Refusal as error:
            raise CommandError(str(error)) from error
        heads = audit_heads_of(release.manifest)
        for head in heads:
            if not verify.chain_had_head(**head):
                raise CommandError(
                    f"The audit chain {head['chain']} no longer has the recorded head."
                )
        files, chains = len(release.manifest["files"]), "audit chain holds"
        if len(heads) > 1:
            chains = f"{len(heads)} audit chains hold"
        self.stdout.write(f"{release}: {files} files as frozen, the {chains}.")
