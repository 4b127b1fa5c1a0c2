from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "chatons_portal"


class PortalAdminConfig(AdminConfig):
    default_site = "chatons_portal.desk.DeskSite"

    def ready(self) -> None:
        """Load every desk, less what others bring and ours shows better."""
        super().ready()
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator
        from django.contrib import admin
        from django.contrib.auth.models import Group

        from chatons_portal.desk import GroupAdmin

        admin.site.unregister(EmailAddress)  # addresses are shown on the account they belong to
        admin.site.unregister(Authenticator)  # nobody's business but their owner's
        admin.site.unregister(Group)
        admin.site.register(Group, GroupAdmin)
