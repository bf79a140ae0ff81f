"""The files of a bundle that are not built from lines, frozen as they are with the release."""

from collections.abc import Mapping, Sequence
from itertools import chain, count

from pipeline.models import Batch
from review.exports.archive.build import archive_files
from review.exports.provenance import PROVENANCE_NAME, provenance_text
from review.releases.selection.choices import Choices

MAX_NAME = 60


def other_files(choices: Choices) -> Mapping[str, bytes]:
    """The archives of the evidence studies, by name in the bundle: `archive/STUDY/...`, and the
    provenance of the batches."""
    return {PROVENANCE_NAME: provenance_text(_batches(choices)).encode()} | {
        f"archive/{folder}/{name}": content
        for folder, study in zip(
            folder_names([study.name for study in choices.studies]), choices.studies, strict=True
        )
        for name, content in archive_files(study, with_comments=choices.with_comments).items()
    }


def _batches(choices: Choices) -> Sequence[Batch]:
    """The batches whose traces are released: those chosen, else those that the studies sampled."""
    of_studies = Batch.objects.filter(studies__in=choices.studies).distinct()
    return choices.batches or list(of_studies.order_by("pk"))


def folder_names(names: list[str]) -> list[str]:
    """Studies' names as folders, without what a file system does not take, each once, whether or
    not it tells capitals from small letters."""
    folders: list[str] = []
    taken: set[str] = set()
    for name in names:
        signs = (sign if sign.isalnum() or sign in "-_" else "-" for sign in name)
        plain = "".join(signs)[:MAX_NAME].strip("-") or "study"
        numbered = (f"{plain}-{number}" for number in count(2))
        folder = next(one for one in chain([plain], numbered) if one.casefold() not in taken)
        taken.add(folder.casefold())
        folders.append(folder)
    return folders
