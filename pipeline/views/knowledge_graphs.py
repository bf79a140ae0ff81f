"""Knowledge graphs: the versions loaded."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required


@require_GET
@role_required(Role.LEAD)
def knowledge_graph_list(request: SignedInRequest) -> HttpResponse:
    """All graph versions with counts and checksums."""
    graphs = access.knowledge_graphs_for(request.user)
    return render(request, "pipeline/knowledge_graph_list.html", {"graphs": graphs})
