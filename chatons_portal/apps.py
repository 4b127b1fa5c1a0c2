from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "chatons_portal"


class PortalAdminConfig(AdminConfig):
    default_site = "chatons_portal.desk.DeskSite"
