from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AbuseConfig(AppConfig):
    name = "abuse"
    verbose_name = _("Contact and abuse")

    def ready(self) -> None:
        from abuse import own_sparing
        from abuse.own_holdings import register_own

        register_own()
        own_sparing.register_own()
