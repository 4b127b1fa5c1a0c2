from allauth.account.views import logout
from django.urls import include, path

from accounts import views
from legal.gate import acceptance_not_required

account_urls = (
    [
        path("account/", views.account, name="account"),
        path(
            "accounts/first-administrator/<str:token>/", views.first_administrator, name="first-administrator"
        ),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(account_urls)),
    # Before allauth's own line for it: one may always sign out.
    path("accounts/logout/", acceptance_not_required(logout), name="account_logout"),
    path("accounts/", include("allauth.account.urls")),
]
