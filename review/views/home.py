"""A lead's home: what needs them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from review.needs.next_step import next_step
from review.needs.output import output_needs
from review.needs.studies import study_needs
from review.needs.traces import trace_needs


@never_cache
@require_GET
@role_required(Role.LEAD)
def home(request: SignedInRequest) -> HttpResponse:
    """Everything that waits for a lead, or what to do next where nothing does."""
    user = request.user
    everything = (*study_needs(user), *trace_needs(user), *output_needs(user))
    needs = [one for one in everything if one.rows]
    context = {"needs": needs, "next": None if needs else next_step(user)}
    return render(request, "review/home.html", context)
