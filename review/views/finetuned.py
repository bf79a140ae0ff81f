"""Fine-tuned models: registered by run cards, beside their bases, with the chain to the grades."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.errors import Refusal
from pipeline.refusals import refusals_on, status_of
from review import access
from review.finetuned import tables
from review.finetuned.chain import ChainLink, chain_of, count_of
from review.finetuned.curve import curve_of, curve_table
from review.finetuned.pairs import evaluations_at
from review.finetuned.registering import register_model, state_endpoints
from review.finetuned.run_card import RunCard, read_card
from review.finetuned.side_by_side import SideBySide, side_by_side
from review.forms.finetuned import RunCardForm, StatedEndpointsForm
from review.models import FineTunedModel, Release
from review.reports.evaluation.pairs import in_words

# A page works everything out anew for releases up to this many rows: some seconds.
MOST_VERIFIED_HERE = 2000


@require_GET
@role_required(Role.LEAD)
def model_list(request: SignedInRequest) -> HttpResponse:
    """All fine-tuned models, with a first look at the chain of each."""
    rows = [
        {
            "model": model,
            "counts": count_of(chain_of(model)),
            "evaluations": evaluations_at(model.endpoint).count(),
            "of_base": evaluations_at(model.base_endpoint).count(),
        }
        for model in access.finetuned_models_for(request.user)
    ]
    context = {"rows": rows, "may_register": Role.LEAD in request.roles}
    return render(request, "review/model_list.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def model_new(request: SignedInRequest) -> HttpResponse:
    """Register a model by its run card."""
    form = RunCardForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refusals_on(form, field="file"):
            model = register_model(data["file"].read(), name=data["name"], by=request.user)
            messages.success(request, f"The model {model} is registered.")
            return redirect("review:model", model.name)
    return render(request, "review/model_new.html", {"form": form}, status=status_of(form))


@require_GET
@role_required(Role.LEAD)
def model_detail(request: SignedInRequest, name: str) -> HttpResponse:
    """One model beside its base, its training, and every link of its chain.

    `?verify` works out every checksum anew.
    """
    model = access.finetuned_model_for(request.user, name)
    small = model.release.row_count <= MOST_VERIFIED_HERE
    thorough = "verify" in request.GET and small
    shown = side_by_side(model)
    links = chain_of(model, shown.benchmarks, thorough=thorough)
    context = {
        "model": model,
        "release": model.release,
        "withdrawn": model.release.state == Release.State.WITHDRAWN,
        "is_prm": model.kind == FineTunedModel.Kind.PRM,
        "links": _shown_to(request, model, links),
        "counts": count_of(links),
        "broken": [link for link in links if link.is_broken],
        "may_verify": small,
        "thorough": thorough,
        "may_steer": Role.LEAD in request.roles,
        **_compared(shown),
        **_trained(model),
    }
    return render(request, "review/model_detail.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def model_endpoints(request: SignedInRequest, name: str) -> HttpResponse:
    """State which endpoints serve the model and its base."""
    model = access.finetuned_model_for(request.user, name)
    initial = {"endpoint": model.endpoint_id, "base_endpoint": model.base_endpoint_id}
    form = StatedEndpointsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            state_endpoints(model, **form.cleaned_data, by=request.user)
            messages.success(request, "What you stated is recorded, with your name and the time.")
            return redirect("review:model", name)
    context = {"form": form, "model": model}
    return render(request, "review/model_endpoints.html", context, status=status_of(form))


@require_GET
@role_required(Role.LEAD)
def model_run_card(request: SignedInRequest, name: str) -> HttpResponse:
    """The run card, byte for byte as it was registered."""
    model = access.finetuned_model_for(request.user, name)
    response = HttpResponse(model.run_card, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{model.name}-run_card.json"'
    return response


def _shown_to(
    request: HttpRequest, model: FineTunedModel, links: Sequence[ChainLink]
) -> list[ChainLink]:
    may_see = access.may_download(request.user, model.release)  # type: ignore[arg-type]
    return [link if may_see or not link.of_a_grade else link.hidden for link in links]


def _compared(shown: SideBySide) -> dict[str, Any]:
    unpaired = tables.unpaired_table(shown) if shown.unpaired else None
    if not shown.benchmarks:
        return {"unpaired": unpaired}
    return {
        "unpaired": unpaired,
        "in_words": [(in_words(one.comparison), one.pair) for one in shown.benchmarks],
        "compared": [tables.accuracy_table(shown), tables.tests_table(shown)],
    }


def _trained(model: FineTunedModel) -> dict[str, Any]:
    """What the run card says of training; nothing where it can no longer be read."""
    try:
        card: RunCard = read_card(model.run_card)
    except Refusal:
        return {}
    return {
        "card": card,
        "curve": curve_of(card),
        "losses": curve_table(card),
        "trained": tables.rows_table(card),
        "sources": [tables.studies_table(model.release), tables.batches_table(model.release)],
    }
