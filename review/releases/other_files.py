"""The files of a bundle that are not built from lines, frozen as they are with the release."""

from collections.abc import Mapping

from review.exports.archive.build import archive_files
from review.releases.selection.choices import Choices

MAX_NAME = 60


def other_files(choices: Choices) -> Mapping[str, bytes]:
    """The archives of the evidence studies, by name in the bundle: `archive/STUDY/...`."""
    return {
        f"archive/{folder}/{name}": content
        for folder, study in zip(
            folder_names([study.name for study in choices.studies]), choices.studies, strict=True
        )
        for name, content in archive_files(study, with_comments=choices.with_comments).items()
    }


def folder_names(names: list[str]) -> list[str]:
    """Studies' names as folders, without what a file system does not take, each once."""
    folders: list[str] = []
    for name in names:
        signs = (sign if sign.isalnum() or sign in "-_" else "-" for sign in name)
        plain = "".join(signs)[:MAX_NAME].strip("-") or "study"
        folders.append(f"{plain}-{len(folders) + 1}" if plain in folders else plain)
    return folders
