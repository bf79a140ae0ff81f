"""`manage.py publish_release NAME --to hub:ORG/NAME`: send a frozen release to a hub."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.core.errors import Refusal
from review.management.commands.export_release import release_named
from review.releases.hub import Upload, plan_upload, publish


class Command(BaseCommand):
    help = (
        "Publish a frozen release on the Hugging Face hub, private unless --public is given. "
        "Every file is checked against what was frozen before anything is sent. The token is "
        "read from HF_TOKEN."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--to", required=True, metavar="hub:ORG/NAME")
        parser.add_argument("--public", action="store_true", help="a repository anyone can read")
        parser.add_argument("--dry-run", action="store_true", help="say what would be sent")

    def handle(self, *args: Any, **options: Any) -> None:
        release = release_named(options["name"])
        kind, _, repository = options["to"].partition(":")
        if kind != "hub":
            raise CommandError("Say where to publish as hub:ORG/NAME.")
        act = plan_upload if options["dry_run"] else publish
        try:
            upload = act(release, repository=repository, private=not options["public"])
        except Refusal as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_told(upload))


def _told(upload: Upload) -> str:
    visible = "private" if upload.private else "public"
    what = f"{len(upload.files) + 1:,} files ({upload.size / 1e6:,.1f} MB)"
    if upload.commit:
        return f"{what} sent to {upload.repository}: {upload.commit}"
    names = "\n".join(f"  {name}" for name in (*sorted(upload.files), "manifest.json"))
    return f"{names}\nWould send {what} to {upload.repository} ({visible}). Nothing was sent."
