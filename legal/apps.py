from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class LegalConfig(AppConfig):
    name = "legal"
    verbose_name = _("Legal documents")

    def ready(self) -> None:
        from legal.gate import remember_signing_in  # needs the models

        user_logged_in.connect(remember_signing_in, dispatch_uid="legal")
