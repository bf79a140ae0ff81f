"""A release's files, handed out: its lines, its bundle as one ZIP, configurations for trainers."""

import io
import zipfile

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.finetuning.refused import Refused
from review import access
from review.exports.training.standalone import DEFAULT_BASE, configurations
from review.models import Release
from review.releases.lifecycle import lines_of
from review.releases.zip_file import ask_for_zip, is_awaited, whole_zip
from review.tasks import enqueue_release

MISSING = (
    "The ZIP in the data folder is missing or was changed. It is being packed again from the "
    "frozen lines, and every file is compared."
)


@require_GET
@role_required(Role.LEAD)
def release_download(request: SignedInRequest, name: str) -> HttpResponseBase:
    """The release's JSONL, always as an attachment (attack case 11)."""
    release = _downloadable(request, name)
    response = StreamingHttpResponse(lines_of(release), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{release.name}.jsonl"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@role_required(Role.LEAD)
def release_bundle(request: SignedInRequest, name: str) -> HttpResponseBase:
    """Every file of the release as one ZIP; one that is not as recorded is packed again."""
    release = _downloadable(request, name)
    archive = whole_zip(release)
    if archive is None:
        _request_repacking(request, release)
        return redirect("review:release", name)
    response = FileResponse(archive.open("rb"), as_attachment=True, filename=f"{name}.zip")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@role_required(Role.LEAD)
def release_configurations(request: SignedInRequest, name: str) -> HttpResponseBase:
    """Configurations for other trainers as a ZIP, to lie beside the folder of the bundle."""
    release = _downloadable(request, name)
    try:
        files = configurations(
            release.manifest, base=DEFAULT_BASE, preset="paper", folder=release.name
        )
    except Refused as error:
        messages.error(request, str(error))
        return redirect("review:release", name)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text)
    response = HttpResponse(content.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}-trainers.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _request_repacking(request: SignedInRequest, release: Release) -> None:
    if is_awaited(release):
        return
    with transaction.atomic():
        ask_for_zip(release)
        transaction.on_commit(lambda: enqueue_release(release.pk))
    messages.warning(request, MISSING)


def _downloadable(request: SignedInRequest, name: str) -> Release:
    release = access.release_to_download(request.user, name)
    if release.state != Release.State.FROZEN:
        raise Http404
    return release
