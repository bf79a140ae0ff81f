"""`manage.py make_release NAME --batch B --study S --policy P`: a release without the browser."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import models, transaction

from pipeline.accounts.roles import Role
from pipeline.core.duplicates.splits import MAX_SEED, new_seed, shares_from
from pipeline.core.errors import Refusal
from pipeline.core.release_format.creators import EXAMPLE, creators_from
from pipeline.models import Batch
from review.evidence.policies import Rules, rules_of, save_policy
from review.management.release_text import frozen_lines, preview_lines
from review.models import Policy, Release, Study
from review.releases.lifecycle import begin_release
from review.releases.making import make
from review.releases.preview import preview
from review.releases.selection.choices import Choices
from review.tasks import enqueue_release

Named = TypeVar("Named", bound=models.Model)
# What is used where no policy is named: it takes ungraded traces too.
DEFAULT_POLICY = "Kept by the filters, accepted where graded"
DEFAULT_RULES = Rules(ungraded="take")


class Command(BaseCommand):
    help = (
        "Make a release of batches, of a study's items, or of batches with studies as evidence. "
        "A worker makes it; with --wait, it is made here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="letters, digits and hyphens")
        parser.add_argument(
            *("--batch", "-b"),
            action="append",
            default=[],
            metavar="BATCH",
            help="name or number of a batch; several times for several",
        )
        parser.add_argument(
            "--study",
            action="append",
            default=[],
            metavar="STUDY",
            help="name or number of a study whose grades count; several times for several",
        )
        parser.add_argument(
            "--policy", metavar="POLICY", help=f"its name (default: {DEFAULT_POLICY!r})"
        )
        parser.add_argument(
            "--split",
            default="90,5,5",
            metavar="T,V,T",
            help="per cent of the rows for train, validation and test (default: 90,5,5)",
        )
        parser.add_argument("--seed", type=int, help="of the splits (default: drawn, and told)")
        parser.add_argument(
            "--comments", action="store_true", help="with raters' free text, in the archives"
        )
        parser.add_argument(
            "--creator",
            action="append",
            default=[],
            metavar="CREATOR",
            help=f"whom to cite, as {EXAMPLE!r}; several times for several",
        )
        parser.add_argument("--contact", default="", help="whom to ask, shown on the card")
        parser.add_argument(
            "--by", metavar="USER", help="the lead who makes it (default: the first one)"
        )
        parser.add_argument(
            "--preview", action="store_true", help="say what it would hold; make nothing"
        )
        parser.add_argument("--wait", action="store_true", help="make it here, now")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._run(options)
        except (Refusal, ValueError) as error:
            raise CommandError(str(error)) from error

    def _run(self, options: dict[str, Any]) -> None:
        name, shares, seed = _name(options["name"]), shares_from(options["split"]), _seed(options)
        batches = _rows(Batch.objects.filter(is_trial=False), options["batch"], "batch")
        studies = _rows(Study.objects.all(), options["study"], "study")
        if options["preview"]:
            rules = _rules(options["policy"])
            choices = Choices(batches, studies, rules, shares, seed, options["comments"])
            self._print(preview_lines(preview(choices, bounded=False)))
            return
        lead = _lead(options["by"])
        release = begin_release(
            name,
            policy=self._policy(options["policy"], lead),
            made_by=lead,
            batches=batches,
            studies=studies,
            shares=shares,
            seed=seed,
            with_comments=options["comments"],
            creators=creators_from(options["creator"]),
            contact=options["contact"],
        )
        self._finish(release, wait=options["wait"])

    def _policy(self, name: str | None, lead: User) -> Policy:
        if name is not None:
            return _policy_named(name)
        policy = Policy.objects.filter(name=DEFAULT_POLICY).first()
        self.stdout.write(f"No policy named: {DEFAULT_POLICY!r} is used.")
        return policy or save_policy(DEFAULT_POLICY, rules=DEFAULT_RULES, saved_by=lead)

    def _finish(self, release: Release, *, wait: bool) -> None:
        if not wait:
            transaction.on_commit(lambda: enqueue_release(release.pk))
            self.stdout.write(f"Release {release} is being made by a worker.")
            return
        make(release)
        release.refresh_from_db()
        if release.state == Release.State.FAILED:
            raise CommandError(f"Nothing was frozen. {release.failed_reason}")
        if release.state == Release.State.MAKING:
            raise CommandError(f"{release} is being made by another worker.")
        self._print(frozen_lines(release))

    def _print(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _name(name: str) -> str:
    try:
        validate_slug(name)
    except ValidationError as error:
        raise CommandError(
            f"{name!r} cannot be a release's name: letters, digits, hyphens and underscores only."
        ) from error
    if name == "new" or len(name) > 80:
        raise CommandError(f"{name!r} cannot be a release's name: choose another.")
    return name


def _seed(options: dict[str, Any]) -> int:
    seed: int | None = options["seed"]
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise CommandError(f"A seed lies between 0 and {MAX_SEED:,}.")
    return new_seed() if seed is None else seed


def _rows(rows: "models.QuerySet[Named]", wanted: Iterable[str], what: str) -> list[Named]:
    return [_row(rows, name, what) for name in dict.fromkeys(wanted)]


def _row(rows: "models.QuerySet[Named]", name: str, what: str) -> Named:
    """By name, else by number: names of batches may repeat, and a name may be a number."""
    found = list(rows.filter(name=name).order_by("pk"))
    if not found and name.isdecimal():
        found = list(rows.filter(pk=int(name)))
    if len(found) > 1:
        numbers = ", ".join(str(row.pk) for row in found)
        raise CommandError(f"Several are named {name!r}: give a number ({numbers}).")
    if not found:
        known = ", ".join(repr(str(row)) for row in rows.order_by("-pk")[:10]) or "none"
        raise CommandError(f"There is no {what} named {name!r}. There are: {known}.")
    return found[0]


def _policy_named(name: str) -> Policy:
    return _row(Policy.objects.all(), name, "policy")


def _rules(name: str | None) -> Rules:
    return DEFAULT_RULES if name is None else rules_of(_policy_named(name))


def _lead(name: str | None) -> User:
    leads = User.objects.filter(groups__name=Role.LEAD.value, is_active=True).order_by("pk")
    lead = leads.first() if name is None else leads.filter(username=name).first()
    if lead is None:
        who = "There is no lead yet" if name is None else f"There is no lead named {name!r}"
        raise CommandError(f"{who}: manage.py add_account NAME --role lead makes one.")
    return lead
