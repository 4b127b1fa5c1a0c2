from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "chatons_portal"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from chatons_portal import checks  # noqa: F401 (they register themselves)

        connection_created.connect(do_not_compile, dispatch_uid="do_not_compile")


def do_not_compile(connection: Any, **_more: Any) -> None:
    """Of a large host PostgreSQL compiles queries, in 50 ms, that then run in 5. Said here, since not every pooler lets
    a connection begin with it."""
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")


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
