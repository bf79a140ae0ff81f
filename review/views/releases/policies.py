"""Policies: save one, try one on a study."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_as_messages, refusals_on, status_of
from review import access
from review.evidence.policies import Rules, rules_of, save_policy
from review.forms.releases import PolicyForm, TryPolicyForm
from review.grading.modes import check_single
from review.models import Policy
from review.reports.facts import Facts, read_facts
from review.reports.policy.simulation import simulate
from review.reports.policy.tables import policy_headlines, policy_tables


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def policy_new(request: SignedInRequest) -> HttpResponse:
    """Save a policy, then go on to a release by it."""
    form = PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            policy = save_policy(
                form.cleaned_data["name"], rules=form.rules(), saved_by=request.user
            )
            messages.success(request, f"Policy {policy} saved.")
            return redirect(_release_by(policy, request.GET.get("study")))
    return render(request, "review/policy_new.html", {"form": form}, status=status_of(form))


@never_cache
@require_GET
@role_required(Role.LEAD)
def policy_try(request: SignedInRequest, study_id: int) -> HttpResponse:
    """Try a policy on a study; as the form changes, htmx asks for the result alone."""
    study = access.study_to_report(request.user, study_id)
    if study.is_pairwise:
        with refusals_as_messages(request):
            check_single(study)
        return redirect("review:study", study.pk)
    facts = read_facts(study)
    policies = access.policies_for(request.user)
    form = TryPolicyForm(request.GET or None, policies=policies)
    context: dict[str, Any] = {"study": facts.study, "form": form, "estimand": facts.estimand}
    if not form.is_bound or form.is_valid():
        context |= _result(form, facts, list(policies))
    if request.htmx:
        return render(request, "review/policy_try.html#result", context)
    context["may_save"] = Role.LEAD in request.roles
    return render(request, "review/policy_try.html", context, status=status_of(form))


def _result(form: TryPolicyForm, facts: Facts, policies: list[Policy]) -> dict[str, Any]:
    """The result for the rules entered, or at first for the default rules."""
    rules = form.rules() if form.is_bound else Rules()
    beside = form.cleaned_data["compare"] if form.is_bound else None
    simulation = simulate(rules, facts, facts.learned_score)
    same = next((policy for policy in policies if rules_of(policy) == rules), None)
    return {
        "preliminary": facts.preliminary,
        "headlines": policy_headlines(simulation),
        "tables": policy_tables(
            simulation, saved=(beside.name, rules_of(beside)) if beside else None
        ),
        "entered": _entered_fields(form),
        "same": same,
        "release_url": _release_by(same, facts.study.pk) if same else "",
    }


def _entered_fields(form: TryPolicyForm) -> list[tuple[str, Any]]:
    """The values entered, as hidden fields of the form that saves exactly these."""
    fields = [form[name] for name in form.fields if name != "compare"]
    pairs = [(field.html_name, field.value()) for field in fields]
    lists = [(name, value if isinstance(value, list) else [value]) for name, value in pairs]
    return [
        (name, value) for name, values in lists for value in values if value not in (None, False)
    ]


def _release_by(policy: Policy, study: int | str | None) -> str:
    chosen = {"policy": policy.pk} | ({"study": study} if study else {})
    return f"{reverse('review:release_new')}?{urlencode(chosen)}"
