"""Releases: freeze a data set by a policy, download, withdraw."""

from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline.access import Role, SignedInRequest, role_required
from review import access
from review.bundling import BundleDiffers, NoBundle, packed
from review.exports.dataset_card import figure_cells
from review.forms import ReleaseForm, WithdrawForm
from review.models import Release
from review.releasing import (
    CannotRelease,
    lines_of,
    make_release,
    withdraw_release,
)


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
    """Freeze a study's rated traces by a policy."""
    chosen = {name: request.GET.get(name) for name in ("study", "policy")}
    form = ReleaseForm(request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            release = make_release(**form.cleaned_data, made_by=request.user)
            return redirect("review:release", release.name)
        except CannotRelease as error:
            form.add_error(None, str(error))
    status = 422 if form.errors else 200
    context = {"form": form, "has_policies": access.policies_for(request.user).exists()}
    return render(request, "review/release_new.html", context, status=status)


@require_GET
@role_required(Role.LEAD)
def release_detail(request: SignedInRequest, name: str) -> HttpResponse:
    """One release: what went in, what stayed out and why, every file with its checksum."""
    release = access.release_for(request.user, name)
    context = {
        "release": release,
        **_shown(release.manifest),
        "withdrawn": release.state == Release.State.WITHDRAWN,
        "may_withdraw": Role.LEAD in request.roles,
        "form": WithdrawForm(),
    }
    return render(request, "review/release_detail.html", context)


def _shown(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest in the order of the page: a database keeps none."""
    left_out = manifest["left_out"].items()
    return {
        "left_out": sorted(left_out, key=lambda pair: (-pair[1], pair[0])),
        "files": sorted(manifest.get("files", {}).items()),
        "lacks": sorted(manifest.get("lacks", {}).items()),
        "figures": [figure_cells(figure) for figure in manifest.get("figures", [])],
        "contamination": manifest.get("contamination"),
        "difference": manifest.get("difference"),
        "rules": _rules(manifest.get("difference")),
    }


def _rules(difference: dict[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """The rules that differ, in words, as they were and as they are."""
    pairs = difference["policy"]["rules"] if difference else {}
    return [
        (name.replace("_", " ").capitalize(), *map(_asked, pairs[name])) for name in sorted(pairs)
    ]


def _asked(rule: Any) -> str:
    """What one rule asks for, in words."""
    if isinstance(rule, list):
        return ", ".join(rule) or "none"
    if isinstance(rule, bool):
        return "yes" if rule else "no"
    return "not asked" if rule is None else f"{rule:g}"


@require_GET
@role_required(Role.LEAD)
def release_download(request: SignedInRequest, name: str) -> HttpResponseBase:
    """The release's JSONL, always as an attachment (attack case 11)."""
    release = _to_hand_out(request, name)
    response = StreamingHttpResponse(lines_of(release), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{release.name}.jsonl"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@role_required(Role.LEAD)
def release_bundle(request: SignedInRequest, name: str) -> HttpResponseBase:
    """Every file of the release as one ZIP, rebuilt and compared with what was frozen."""
    release = _to_hand_out(request, name)
    try:
        archive = packed(release)
    except (NoBundle, BundleDiffers) as error:
        messages.error(request, str(error))
        return redirect("review:release", name)
    response = FileResponse(archive, as_attachment=True, filename=f"{release.name}.zip")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _to_hand_out(request: SignedInRequest, name: str) -> Release:
    release = access.release_for(request.user, name)
    if release.state == Release.State.WITHDRAWN:
        raise Http404
    return release


@require_POST
@role_required(Role.LEAD)
def release_withdraw(request: SignedInRequest, name: str) -> HttpResponse:
    """Withdraw a release with a reason: it stays listed, without a download."""
    release = access.release_for(request.user, name)
    form = WithdrawForm(request.POST)
    if form.is_valid():
        withdraw_release(release, reason=form.cleaned_data["reason"], by=request.user)
    else:
        messages.error(request, "Give the reason for withdrawing the release.")
    return redirect("review:release", release.name)
