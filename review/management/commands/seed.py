"""`manage.py seed`: starter content and first accounts, once."""

from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from pipeline.management.progress import progress
from review.people.accounts import NewAccount
from review.seeding import seed_accounts, seed_starter


class Command(BaseCommand):
    help = "Load the starter content and create the first accounts. Does nothing the second time."

    def handle(self, *args: Any, **options: Any) -> None:
        # Before anything else can fail: nobody can be shown these passwords again.
        if accounts := seed_accounts():
            self._print(accounts)
        study = seed_starter(partial(progress, self.stdout))
        if study is not None:
            self.stdout.write(f"Starter content loaded; {study} is open for grading.")

    def _print(self, accounts: list[NewAccount]) -> None:
        self.stdout.write("\nAccounts (these passwords are shown once: write them down):\n")
        for account in accounts:
            self.stdout.write(f"  {account.role:<12} {account.username:<12} {account.password}")
        self.stdout.write("")
