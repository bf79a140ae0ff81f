"""Configurations of the method: list, look at one, make another, take one as a file."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.configurations.registry import describe, differences_in_words, save_configuration
from pipeline.core.settings.catalogue import SETTINGS
from pipeline.core.settings.changes import settings_of
from pipeline.core.settings.files import write_configuration
from pipeline.forms.configurations import GROUPS, ConfigurationForm
from pipeline.models import Configuration
from pipeline.refusals import refusals_on, status_of


@require_GET
@role_required(Role.LEAD)
def configuration_list(request: SignedInRequest) -> HttpResponse:
    """The presets and the saved configurations, with what these change."""
    rows = [
        {"row": row, "title": describe(row), "differences": differences_in_words(row)}
        for row in access.configurations_for(request.user)
    ]
    return render(request, "pipeline/configuration_list.html", {"rows": rows, **_may(request)})


@require_GET
@role_required(Role.LEAD)
def configuration_detail(request: SignedInRequest, name: str) -> HttpResponse:
    """Every setting of one configuration, beside its preset's where it differs."""
    row = access.configuration_for(request.user, name)
    context = {"row": row, "title": describe(row), "groups": _groups(row), **_may(request)}
    return render(request, "pipeline/configuration_detail.html", context)


@require_GET
@role_required(Role.LEAD)
def configuration_file(request: SignedInRequest, name: str) -> HttpResponse:
    """The configuration as `manage.py configurations --add` reads it."""
    row = access.configuration_for(request.user, name)
    return HttpResponse(
        write_configuration(row.method_config) + "\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{row.name}.json"'},
    )


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def configuration_new(request: SignedInRequest) -> HttpResponse:
    """Make a configuration from a preset or from another one."""
    base = access.configuration_for(request.user, request.GET.get("from", "default"))
    form = ConfigurationForm(request.POST or None, base=base)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            name = form.cleaned_data["name"]
            row = save_configuration(name, config=form.config, saved_by=request.user)
            return redirect("pipeline:configuration", row.name)
    context = {"form": form, "base": base, "bases": access.configurations_for(request.user)}
    return render(request, "pipeline/configuration_new.html", context, status=status_of(form))


def _groups(row: Configuration) -> list[tuple[str, list[dict[str, Any]]]]:
    values, presets = settings_of(row.method_config), settings_of(row.preset)
    return [
        (
            title,
            [
                {
                    "setting": setting,
                    "value": setting.in_words(values[path]),
                    "instead_of": setting.in_words(presets[path])
                    if values[path] != presets[path]
                    else "",
                }
                for path, setting in SETTINGS.items()
                if setting.group == group
            ],
        )
        for group, title in GROUPS.items()
    ]


def _may(request: SignedInRequest) -> dict[str, bool]:
    return {"may_make": Role.LEAD in request.roles}
