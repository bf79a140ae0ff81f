"""Every URL of the product. Sign-up and password reset by mail are closed."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from medreason_web.views import healthz, home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("admin/", admin.site.urls),
    path("", include("pipeline.urls")),
    path("", include("review.urls")),
]
