"""Every address of the portal. Doors are closed unless the view says otherwise."""

from django.contrib import admin
from django.urls import include, path

from chatons_portal import errors, views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("language/", views.language, name="language"),
    path("legal/", include("legal.urls")),
    path("contact/", include("abuse.urls")),
    path("account/decisions/", include("abuse.account_urls")),
    path("status/", include("services.urls")),
    path("figures/", include("transparency.urls")),
    path("", include("services.api_urls")),
    path("desk/", admin.site.urls),
    path("", include("accounts.urls")),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
handler429 = errors.too_many_requests
