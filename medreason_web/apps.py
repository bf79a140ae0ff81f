"""App configurations of the wires."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """The admin with our own site."""

    default_site = "medreason_web.admin_site.SuperuserAdminSite"
