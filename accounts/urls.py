from allauth.account.views import reauthenticate
from allauth.mfa.base.views import reauthenticate as reauthenticate_by_code
from allauth.mfa.webauthn.views import reauthenticate_webauthn as reauthenticate_by_key
from django.urls import include, path

from accounts.views import account, leaving, securing, unused
from legal.gate import acceptance_not_required

account_urls = (
    [
        path("account/", account.account, name="account"),
        path("account/export/", leaving.export, name="export"),
        path("account/export/<uuid:key>/", leaving.fetch, name="export-fetch"),
        path("account/close/", leaving.close, name="close"),
        path("account/close/at-once/", leaving.close_at_once, name="close-at-once"),
        path("account/close/keep/", leaving.keep, name="keep"),
        path("account/keep/<str:token>/", unused.keep, name="keep-unused"),
        path("account/closed/", leaving.closed, name="closed"),
        path("account/name/", securing.name, name="name"),
        path("account/sessions/", securing.sessions, name="sessions"),
        path("account/sessions/end/", securing.end_sessions, name="end-sessions"),
        path("account/desk-needs-two-factor/", securing.desk_needs_two_factor, name="desk-needs-two-factor"),
        path(
            "accounts/first-administrator/<str:token>/",
            account.first_administrator,
            name="first-administrator",
        ),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(account_urls)),
    # Whoever leaves without accepting says once more that it is them; allauth's own views, behind one door less.
    path("accounts/reauthenticate/", acceptance_not_required(reauthenticate)),
    path("accounts/2fa/reauthenticate/", acceptance_not_required(reauthenticate_by_code)),
    path("accounts/2fa/webauthn/reauthenticate/", acceptance_not_required(reauthenticate_by_key)),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
