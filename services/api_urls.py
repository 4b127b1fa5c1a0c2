"""Where clients of status pages look, below the address of the site."""

from django.urls import path

from services.views.api import api

app_name = "statuspage"
urlpatterns = [
    path("api/v2/<path:what>.json", api, name="api"),
    path("<slug:language>/api/v2/<path:what>.json", api, name="api-in"),
]
