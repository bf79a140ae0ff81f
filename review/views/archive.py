"""The archive of a study for statisticians, handed out as one ZIP."""

import tempfile

from django.http import FileResponse, Http404
from django.views.decorators.http import require_GET

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from review import access
from review.exports.archive.build import write_zip


@require_GET
@role_required(Role.LEAD)
def study_archive(request: SignedInRequest, study_id: int) -> FileResponse:
    """Every grade with every revision; what people wrote only where `comments` is asked for."""
    study = access.study_to_report(request.user, study_id)
    if study.is_pairwise:
        raise Http404
    file = tempfile.TemporaryFile(prefix="medreason-")  # noqa: SIM115 - the response closes it
    write_zip(study, file, with_comments=bool(request.GET.get("comments")))
    file.seek(0)
    name = f"study-{study.pk}-archive.zip"
    response = FileResponse(file, as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response
