"""The price table: what models cost from which day on."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.forms.prices import PriceForm
from pipeline.ledger.prices import change_price, enter_price
from pipeline.models import Price
from pipeline.refusals import refusals_on, status_of


@require_GET
@role_required(Role.LEAD)
def price_list(request: SignedInRequest) -> HttpResponse:
    """All prices, by model and day."""
    prices = access.prices_for(request.user)
    context = {"prices": prices, "may_change": Role.LEAD in request.roles}
    return render(request, "pipeline/price_list.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def price_new(request: SignedInRequest) -> HttpResponse:
    """Add a price."""
    initial = {"model": request.GET.get("model", "")}
    return _form_page(request, PriceForm(request.POST or None, initial=initial), None)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def price_change(request: SignedInRequest, price_id: int) -> HttpResponse:
    """Correct a price."""
    price = access.price_for(request.user, price_id)
    return _form_page(request, PriceForm(request.POST or None, price=price), price)


def _form_page(request: SignedInRequest, form: PriceForm, price: Price | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if price is None:
                enter_price(form.terms(), by=request.user)
            else:
                change_price(price, terms=form.terms(), by=request.user)
            return redirect("pipeline:prices")
    context = {"form": form, "price": price}
    return render(request, "pipeline/price_form.html", context, status=status_of(form))
