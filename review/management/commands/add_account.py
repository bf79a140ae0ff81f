"""`manage.py add_account NAME --role ROLE`: one more person, with a password shown once."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from pipeline.accounts.roles import Role
from pipeline.core.errors import Refusal
from review.people.accounts import make_account


class Command(BaseCommand):
    help = "Create an account with one role and print its password, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        try:
            User.username_validator(name)
        except ValidationError as error:
            raise CommandError(f"{name!r} cannot be a name: {error.messages[0]}") from error
        try:
            account = make_account(name, role=Role(options["role"]))
        except Refusal as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{account.role} {account.username}, password {account.password}")
