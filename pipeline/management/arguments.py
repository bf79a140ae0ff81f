"""Arguments that several commands take, checked with one clear sentence."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_slug

from pipeline.core.settings import check_shares

MAX_NAME_LENGTH = 80


def checked_name(name: str) -> str:
    """The name of a graph or question set, if an address and a folder can carry it."""
    try:
        validate_slug(name)
    except ValidationError as error:
        raise CommandError(
            f"{name!r} cannot be a name: use letters, digits, hyphens and underscores."
        ) from error
    if len(name) > MAX_NAME_LENGTH:
        raise CommandError(f"A name has at most {MAX_NAME_LENGTH} characters.")
    return name


def positive(text: str) -> int:
    """A whole number above 0, as an argument parser's type."""
    if (number := int(text)) < 1:
        raise ArgumentTypeError(f"{text} is not above 0")
    return number


def check_share(text: str) -> tuple[str, Any]:
    """A check of the filters and its value ("contrast=0.2"), as an argument parser's type."""
    try:
        return check_shares.check_share(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def existing_file(path: Path) -> Path:
    """The path, if a file is there."""
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    return path
