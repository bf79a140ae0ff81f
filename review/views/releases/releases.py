"""Releases: have a data set made by a policy, look at it, try again, withdraw."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_as_messages, refusals_on, status_of
from review import access
from review.evidence.policies import rules_of
from review.exports.card.quality import figure_cells
from review.forms.releases import ReleaseForm, WithdrawForm
from review.models import Release
from review.releases import lifecycle
from review.releases.manifest import ACCEPTABLE
from review.releases.preview import preview, preview_command
from review.releases.selection.choices import Choices
from review.releases.zip_file import is_awaited
from review.tasks import enqueue_release
from review.views.releases.counts import count_context

ARCHIVE = "archive/"
# Bundles of earlier versions have no such file, and nor has one without rows for training.
TRAIN_FILE = "data/chat/train.jsonl"


@require_GET
@role_required(Role.LEAD)
def release_list(request: SignedInRequest) -> HttpResponse:
    """All releases and policies."""
    context = {
        "releases": access.releases_for(request.user),
        "policies": access.policies_for(request.user),
        "may_release": Role.LEAD in request.roles,
    }
    return render(request, "review/release_list.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def release_new(request: SignedInRequest) -> HttpResponse:
    """Preview a release, then begin it: a worker makes it."""
    batches = request.GET.getlist("batch")
    form = ReleaseForm(request.POST or None, batches=batches, initial=_initial(request, batches))
    shown = None
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if "preview" not in request.POST:
                return redirect("review:release", _begin(request, form).name)
            shown = preview(_choices(form))
    template = "review/release_new.html" + ("#preview" if request.htmx else "")
    counted = count_context(shown.facts) if shown else {}
    context = {
        **counted,
        "form": form,
        "preview": shown,
        "left_out_total": sum(count for _, count in counted.get("left_out", ())),
        "command": preview_command(form.cleaned_data) if shown and shown.is_too_large else "",
        "has_policies": access.policies_for(request.user).exists(),
    }
    return render(request, template, context, status=status_of(form))


def _initial(request: SignedInRequest, batches: list[str]) -> dict[str, Any]:
    """What a link to the form has chosen."""
    studies = request.GET.getlist("study")
    return {"batches": batches, "studies": studies, "policy": request.GET.get("policy")}


def _choices(form: ReleaseForm) -> Choices:
    chosen = {name: form.cleaned_data[name] for name in ("shares", "seed", "with_comments")}
    rules = rules_of(form.cleaned_data["policy"])
    return Choices(**_parts(form), rules=rules, **chosen)


def _parts(form: ReleaseForm) -> dict[str, Any]:
    return {name: tuple(form.cleaned_data[name].order_by("pk")) for name in ("batches", "studies")}


def _begin(request: SignedInRequest, form: ReleaseForm) -> Release:
    with transaction.atomic():
        chosen = {**form.cleaned_data, **_parts(form)}
        release = lifecycle.begin_release(**chosen, made_by=request.user)
        transaction.on_commit(lambda: enqueue_release(release.pk))
    return release


@require_GET
@role_required(Role.LEAD)
def release_detail(request: SignedInRequest, name: str) -> HttpResponse:
    """One release: what went in, what stayed out and why, every file with its checksum.

    While a worker is at it, htmx asks whether it is done, and then has the page read again.
    """
    release = access.release_for(request.user, name)
    waiting = release.state == Release.State.MAKING or is_awaited(release)
    if request.htmx:
        return HttpResponse(status=204) if waiting else HttpResponseClientRefresh()
    context = {
        "release": release,
        "batches": release.batches.order_by("pk"),
        "studies": release.studies.order_by("pk"),
        "waiting": waiting,
        "may_steer": Role.LEAD in request.roles,
    }
    if not release.is_frozen:
        return render(request, "review/release_unfrozen.html", context)
    context |= {
        **_manifest_context(release.manifest),
        "withdrawn": release.state == Release.State.WITHDRAWN,
        "may_download": access.may_download(request.user, release),
        "may_train": not release.is_demonstration and TRAIN_FILE in release.manifest["files"],
        "models": release.finetuned_models.order_by("pk"),
        "form": WithdrawForm(),
    }
    return render(request, "review/release_detail.html", context)


def _manifest_context(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest in the order of the page: a database keeps none."""
    files = sorted(manifest.get("files", {}).items())
    return {
        **count_context(manifest),
        "files": [pair for pair in files if not pair[0].startswith(ARCHIVE)],
        "archived": [pair for pair in files if pair[0].startswith(ARCHIVE)],
        "lacks": sorted(manifest.get("lacks", {}).items()),
        "figures": [
            figure_cells(figure)
            for figure in manifest.get("figures", [])
            if not figure["title"].startswith(ACCEPTABLE)
        ],
        "difference": manifest.get("difference"),
        "rules": _rules(manifest.get("difference")),
    }


def _rules(difference: dict[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """The rules that differ, in words, as they were and as they are."""
    pairs = difference["policy"]["rules"] if difference else {}
    return [
        (name.replace("_", " ").capitalize(), *map(_rule_text, pairs[name]))
        for name in sorted(pairs)
    ]


def _rule_text(rule: Any) -> str:
    """A rule's value in words."""
    if isinstance(rule, list):
        return ", ".join(rule) or "none"
    if isinstance(rule, bool):
        return "yes" if rule else "no"
    if isinstance(rule, str):
        return rule.replace("_", " ")
    return "not set" if rule is None else f"{rule:g}"


@require_POST
@role_required(Role.LEAD)
def release_steer(request: SignedInRequest, name: str, action: str) -> HttpResponse:
    """Have a release that failed made again, or remove one that was never frozen."""
    release = access.release_for(request.user, name)
    with refusals_as_messages(request), transaction.atomic():
        if action == "remove":
            lifecycle.remove_release(release, by=request.user)
            messages.success(request, f"Release {name} was removed; its name is free again.")
            return redirect("review:releases")
        lifecycle.retry_release(release, by=request.user)
        transaction.on_commit(lambda: enqueue_release(release.pk))
    return redirect("review:release", name)


@require_POST
@role_required(Role.LEAD)
def release_withdraw(request: SignedInRequest, name: str) -> HttpResponse:
    """Withdraw a release with a reason: it stays listed, without a download."""
    release = access.release_for(request.user, name)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        lifecycle.withdraw_release(release, reason=form.cleaned_data["reason"], by=request.user)
    else:
        messages.error(request, "Enter a reason for withdrawing the release.")
    return redirect("review:release", release.name)
