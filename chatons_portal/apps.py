from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "chatons_portal"


class PortalAdminConfig(AdminConfig):
    default_site = "chatons_portal.desk.DeskSite"

    def ready(self) -> None:
        """Load every desk, less allauth's own: addresses are shown on the account they belong to."""
        super().ready()
        from allauth.account.models import EmailAddress
        from django.contrib import admin

        admin.site.unregister(EmailAddress)
