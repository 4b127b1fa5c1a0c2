from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from services import checks  # noqa: F401 - registers them
        from services.probing import checks as probing_checks  # noqa: F401 - the same
