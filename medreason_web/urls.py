"""Every URL of the product."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from medreason_web.views import healthz, home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("account/", include("pipeline.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("pipeline.urls")),
    path("", include("review.urls")),
]
