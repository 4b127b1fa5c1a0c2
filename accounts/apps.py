from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from allauth.account.signals import email_removed
        from django.contrib.auth.signals import user_logged_in

        from accounts import checks, own_sparing  # noqa: F401 (checks register themselves)
        from accounts.activity import signed_in
        from accounts.adapter import tell_removed
        from accounts.own_holdings import register_own
        from accounts.sessions import begin

        register_own()
        own_sparing.register_own()
        user_logged_in.connect(begin, dispatch_uid="accounts.sessions.begin")
        user_logged_in.connect(signed_in, dispatch_uid="accounts.activity.signed_in")
        email_removed.connect(tell_removed, dispatch_uid="accounts.adapter.tell_removed")
