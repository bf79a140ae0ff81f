"""Methods and results of a study, ready to paste: a page, Markdown, LaTeX, JSON."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from review import access
from review.reports.facts import read_facts
from review.reports.paper.files import FORMS
from review.reports.paper.paper import Paper, build_paper


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def paper(request: SignedInRequest, study_id: int) -> HttpResponse:
    """The paragraphs to read and to copy."""
    content = _paper(request, study_id)
    context = {"paper": content, "imprint": content.imprint, "study_id": study_id}
    return render(request, "review/paper.html", context)


@require_GET
@role_required(Role.LEAD, Role.ADJUDICATOR)
def paper_file(request: SignedInRequest, study_id: int, form: str) -> HttpResponse:
    """The paragraphs as a file."""
    write, content_type = FORMS[form]
    content = write(_paper(request, study_id))
    response = HttpResponse(content, content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="study-{study_id}-paper.{form}"'
    return response


def _paper(request: SignedInRequest, study_id: int) -> Paper:
    study = access.study_to_report(request.user, study_id)
    if study.is_pairwise:
        raise Http404
    return build_paper(read_facts(study))
