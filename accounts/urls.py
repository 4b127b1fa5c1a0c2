from django.urls import include, path

from accounts import views

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
    path("accounts/", include("allauth.account.urls")),
]
