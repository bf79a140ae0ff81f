"""Publishing a frozen release on the Hugging Face hub: its verified bundle, as one commit.

The only part of a release that reaches the network, and only when someone runs the command.
"""

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from django.db import transaction

from pipeline.core.errors import Refusal
from pipeline.core.records import ReasonerKind
from pipeline.models import Event
from review.models import Release
from review.releases.bundle import write_checked

TOKEN_VARIABLE = "HF_TOKEN"  # noqa: S105 (the variable's name)
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
INSTALL = "Publishing needs huggingface_hub: run `make setup-hub`."


@dataclass(frozen=True, slots=True)
class Upload:
    """What a release would send, or has sent: `files` by name with their sizes in bytes.

    `commit` is the address of the commit, empty for what was not sent.
    """

    repository: str
    private: bool
    files: Mapping[str, int]
    commit: str = ""

    @property
    def size(self) -> int:
        return sum(self.files.values())


def plan_upload(release: Release, *, repository: str, private: bool) -> Upload:
    """What would be sent. Raises Refusal for a release that must not be published."""
    if not REPOSITORY.fullmatch(repository):
        raise Refusal(f"{repository} is no repository: write ORGANISATION/NAME.")
    if release.state != Release.State.FROZEN:
        raise Refusal(f"{release} is {release.state}: only a frozen release can be published.")
    if release.reasoner_kind == ReasonerKind.DEMONSTRATION:
        raise Refusal(f"{release} was written by demonstration rules: it is not published.")
    files = {name: file["bytes"] for name, file in release.manifest.get("files", {}).items()}
    return Upload(repository, private, files)


def publish(release: Release, *, repository: str, private: bool) -> Upload:
    """Send the bundle, after checking every file against what was frozen, as one commit.

    A repository that is not there is made, private unless told otherwise; one that is there keeps
    its visibility, and must not be public where private was asked for. The token comes from
    HF_TOKEN. Raises Refusal with what the hub said.
    """
    upload = plan_upload(release, repository=repository, private=private)
    api = _hub()
    with tempfile.TemporaryDirectory(prefix="medreason-") as folder:
        write_checked(release, Path(folder))
        try:
            commit = _send(api, upload, release, Path(folder))
        except (OSError, ValueError, httpx2.HTTPError) as error:
            raise Refusal(f"The hub refused: {_first_line(error)}") from error
    with transaction.atomic():
        Event.objects.record(
            "release.published",
            release,
            by=None,
            chain=release.event_chain,
            repository=repository,
            private=private,
            commit=commit,
        )
    return Upload(repository, private, upload.files, commit)


def _hub() -> Any:
    """The hub's client; HF_ENDPOINT names another hub than the public one."""
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise Refusal(INSTALL) from error
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise Refusal(f"Set {TOKEN_VARIABLE} to a token that may write to the repository.")
    return HfApi(token=token, endpoint=os.environ.get("HF_ENDPOINT"))


def _send(api: Any, upload: Upload, release: Release, folder: Path) -> str:
    api.create_repo(upload.repository, repo_type="dataset", private=upload.private, exist_ok=True)
    if upload.private and not api.dataset_info(upload.repository).private:
        raise Refusal(f"{upload.repository} is public already: say --public to publish there.")
    sent = api.upload_folder(
        repo_id=upload.repository,
        repo_type="dataset",
        folder_path=folder,
        delete_patterns="*",
        commit_message=f"Release {release.name}",
        commit_description=f"sha256 of all lines: {release.sha256}",
    )
    return str(sent.commit_url)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
