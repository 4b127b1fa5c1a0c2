"""Every address of the portal, and for whom it opens. A new one fails here until it is listed."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

ANYBODY = "anybody"
SIGNED_IN = "whoever is signed in, documents accepted or not"
MEMBERS = "whoever is signed in and accepted the documents"
DESK = "the desk"

AUDIENCES = {
    "/": ANYBODY,
    "/health/": ANYBODY,
    "/.well-known/security.txt": ANYBODY,
    "/language/": ANYBODY,
    "/legal/": ANYBODY,
    "/legal/accept/": SIGNED_IN,
    "/legal/refuse/": SIGNED_IN,
    "/legal/refused/": SIGNED_IN,
    "/legal/<slug:slug>/": ANYBODY,
    "/legal/<slug:slug>/changes/": ANYBODY,
    "/legal/<slug:slug>/changes/<int:old>-<int:new>/": ANYBODY,
    "/legal/<slug:slug>/changes/<int:old>-<int:new>/<slug:language>/": ANYBODY,
    "/legal/<slug:slug>/feed.<slug:language>.atom": ANYBODY,
    "/legal/<slug:slug>/versions/": ANYBODY,
    "/legal/<slug:slug>/versions/<int:number>.<slug:language>.md": ANYBODY,
    "/legal/<slug:slug>/versions/<int:number>.json": ANYBODY,
    "/legal/<slug:slug>/versions/<int:number>/": ANYBODY,
    "/legal/<slug:slug>/versions/<int:number>/<slug:language>/": ANYBODY,
    "/legal/<slug:slug>/versions/<sha256:fingerprint>/": ANYBODY,
    "/legal/<slug:slug>/versions/on/<day:day>/": ANYBODY,
    "/account/": MEMBERS,
    "/account/export/": SIGNED_IN,
    "/account/export/<uuid:key>/": SIGNED_IN,
    "/account/close/": SIGNED_IN,
    "/account/close/at-once/": SIGNED_IN,
    "/account/close/keep/": SIGNED_IN,
    "/account/keep/<str:token>/": ANYBODY,
    "/account/closed/": ANYBODY,
    "/account/name/": MEMBERS,
    "/account/sessions/": MEMBERS,
    "/account/sessions/end/": MEMBERS,
    "/account/desk-needs-two-factor/": MEMBERS,
    "/accounts/first-administrator/<str:token>/": ANYBODY,
    "/accounts/login/": ANYBODY,
    "/accounts/logout/": ANYBODY,
    "/accounts/inactive/": ANYBODY,
    "/accounts/signup/": ANYBODY,
    "/accounts/reauthenticate/": SIGNED_IN,
    "/accounts/email/": MEMBERS,
    "/accounts/confirm-email/": ANYBODY,
    "/accounts/password/change/": MEMBERS,
    "/accounts/password/set/": MEMBERS,
    "/accounts/password/reset/": ANYBODY,
    "/accounts/password/reset/done/": ANYBODY,
    "/accounts/password/reset/key/done/": ANYBODY,
    "/accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/": ANYBODY,
    "/accounts/login/code/": ANYBODY,
    "/accounts/login/code/confirm/": ANYBODY,
    "/accounts/2fa/": MEMBERS,
    "/accounts/2fa/authenticate/": ANYBODY,
    "/accounts/2fa/reauthenticate/": SIGNED_IN,
    "/accounts/2fa/totp/activate/": MEMBERS,
    "/accounts/2fa/totp/deactivate/": MEMBERS,
    "/accounts/2fa/recovery-codes/": MEMBERS,
    "/accounts/2fa/recovery-codes/generate/": MEMBERS,
    "/accounts/2fa/recovery-codes/download/": MEMBERS,
    "/accounts/2fa/webauthn/": MEMBERS,
    "/accounts/2fa/webauthn/add/": MEMBERS,
    "/accounts/2fa/webauthn/login/": ANYBODY,
    "/accounts/2fa/webauthn/reauthenticate/": SIGNED_IN,
    "/accounts/2fa/webauthn/keys/<int:pk>/edit/": MEMBERS,
    "/accounts/2fa/webauthn/keys/<int:pk>/remove/": MEMBERS,
    "/contact/": ANYBODY,
    "/contact/question/": ANYBODY,
    "/contact/abuse/": ANYBODY,
    "/contact/proof/": ANYBODY,
    "/contact/bug/": ANYBODY,
    "/contact/illegal/": ANYBODY,
    "/contact/child-abuse/": ANYBODY,
    "/contact/security/": ANYBODY,
    "/contact/personal-data/": ANYBODY,
    "/contact/authority/": ANYBODY,
    "/contact/other/": ANYBODY,
    "/contact/concerned/<str:token>/": ANYBODY,
    "/contact/concerned/<str:token>/reply/": ANYBODY,
    "/contact/concerned/<str:token>/files/<uuid:key>/": ANYBODY,
    "/contact/concerned/<str:token>/<int:decision_id>/appeal/": ANYBODY,
    "/contact/concerned/<str:token>/<int:decision_id>/withdraw/": ANYBODY,
    "/contact/concerned/<str:token>/<int:decision_id>/statement.json": ANYBODY,
    "/contact/<str:token>/<int:decision_id>/appeal/": ANYBODY,
    "/contact/<str:token>/<int:decision_id>/withdraw/": ANYBODY,
    "/account/decisions/": SIGNED_IN,
    "/account/decisions/<int:ticket_id>/": SIGNED_IN,
    "/account/decisions/<int:ticket_id>/reply/": SIGNED_IN,
    "/account/decisions/<int:ticket_id>/files/<uuid:key>/": SIGNED_IN,
    "/account/decisions/<int:ticket_id>/<int:decision_id>/appeal/": SIGNED_IN,
    "/account/decisions/<int:ticket_id>/<int:decision_id>/withdraw/": SIGNED_IN,
    "/account/decisions/<int:ticket_id>/<int:decision_id>/statement.json": SIGNED_IN,
    "/contact/<str:token>/": ANYBODY,
    "/contact/<str:token>/reply/": ANYBODY,
    "/contact/<str:token>/confirm/<str:code>/": ANYBODY,
    "/contact/<str:token>/files/<uuid:key>/": ANYBODY,
    "/status/": ANYBODY,
    "/status/<int:year>/<int:month>/": ANYBODY,
    "/status/interruptions/<int:outage_id>/": ANYBODY,
    "/status/announcements/<int:announcement_id>/": ANYBODY,
    "/status/maintenance/<int:maintenance_id>/": ANYBODY,
    "/status/services/<slug:slug>/": ANYBODY,
    "/status/badges/<slug:slug>.<slug:language>.svg": ANYBODY,
    "/status/badges/<slug:slug>.<slug:language>.json": ANYBODY,
    "/status/badge.<slug:language>.svg": ANYBODY,
    "/api/v2/<path:what>.json": ANYBODY,
    "/<slug:language>/api/v2/<path:what>.json": ANYBODY,
    "/status/feed.<slug:language>.atom": ANYBODY,
    "/status/feed.<slug:language>.rss": ANYBODY,
    "/status/feed.<slug:language>.json": ANYBODY,
    "/status/maintenance.<slug:language>.ics": ANYBODY,
    "/status/services/<slug:slug>/feed.<slug:language>.atom": ANYBODY,
    "/status/services/<slug:slug>/feed.<slug:language>.rss": ANYBODY,
    "/status/services/<slug:slug>/maintenance.<slug:language>.ics": ANYBODY,
    "/status/subscribe/": ANYBODY,
    "/status/subscribe/<str:token>/": ANYBODY,
    "/status/subscriptions/<str:token>/": ANYBODY,
    "/status/subscriptions/<str:token>/leave/": ANYBODY,
    "/figures/": ANYBODY,
    "/figures/figures.json": ANYBODY,
    "/figures/interruptions/": ANYBODY,
    "/figures/interruptions.json": ANYBODY,
    "/desk/login/": ANYBODY,
}


def doors(patterns, prefix="/"):
    """Every (address, view) below `patterns`."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern).strip("^$")
        if isinstance(pattern, URLResolver):
            yield from doors(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


def first_of_each():
    """Where two patterns are the same address, the first answers."""
    found = {}
    for address, view in doors(get_resolver().url_patterns):
        found.setdefault(address, view)
    return found


def audience(address, view):
    if not getattr(view, "login_required", True):
        return ANYBODY
    if address.startswith("/desk/"):
        return DESK
    return MEMBERS if getattr(view, "acceptance_required", True) else SIGNED_IN


def test_every_door_is_listed_with_its_audience():
    found = {
        address: audience(address, view)
        for address, view in first_of_each().items()
        if audience(address, view) != DESK
    }
    assert found == AUDIENCES


@pytest.mark.django_db
def test_a_stranger_at_any_other_door_is_asked_to_sign_in(terms):
    closed = [address for address, view in first_of_each().items() if audience(address, view) != ANYBODY]
    assert len(closed) > 20
    for address in closed:
        if "<" in address or "(" in address:
            continue
        answer = Client().get(address)
        assert answer.status_code == 302, address
        assert "/login/" in answer.url, address


@pytest.mark.django_db
def test_a_member_is_not_let_to_the_desk(as_sami):
    for address, view in first_of_each().items():
        if audience(address, view) == DESK and "<" not in address and "(" not in address:
            assert as_sami.get(address).status_code in (302, 403), address


@pytest.mark.django_db
class TestHeaders:
    PAGES = ("/", "/legal/terms/", "/contact/", "/accounts/login/", "/nowhere/", "/health/")

    @pytest.mark.parametrize("page", PAGES)
    def test_let_nothing_in_from_elsewhere(self, terms, page):
        policy = Client().get(page)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy

    def test_guard_the_desk_just_as_well(self, as_mona):
        policy = as_mona.get("/desk/")["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy

    def test_forbid_framing_and_guessing_of_types(self, terms):
        answer = Client().get("/")
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
class TestForgedRequests:
    def test_with_another_host_get_the_designed_page(self, terms):
        answer = Client(headers={"host": "elsewhere.example"}).get("/")
        assert answer.status_code == 400
        assert "<h1" in answer.content.decode()

    def test_with_proxy_headers_change_nothing(self, terms):
        forged = Client(headers={"x-forwarded-host": "elsewhere.example", "x-forwarded-proto": "https"})
        answer = forged.get("/accounts/login/")
        assert answer.status_code == 200
        assert "elsewhere" not in answer.content.decode()

    def test_without_a_csrf_token_get_the_designed_page(self, sami):
        client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
        answer = client.post("/accounts/login/", {"login": sami.email, "password": "x"})
        assert answer.status_code == 403
        assert "<h1" in answer.content.decode()

    @pytest.mark.parametrize(
        "path", ["/nowhere/", "/%00", "/legal/terms/%ff/", "/" + "a" * 5000, "/desk/nowhere/"]
    )
    def test_to_addresses_that_are_none_are_not_found_in_the_readers_language(self, as_mona, path):
        for client in (Client(headers={"accept-language": "en"}), as_mona):
            answer = client.get(path)
            assert answer.status_code in (302, 404), path

    def test_with_files_where_none_belong_are_forms_with_errors(self, terms, tmp_path):
        path = tmp_path / "picture.png"
        path.write_bytes(b"\x89PNG" + b"\0" * 1000)
        with path.open("rb") as file:
            answer = Client().post("/accounts/login/", {"login": file, "password": "x"})
        assert answer.status_code == 200

    def test_too_large_are_refused_with_the_designed_page(self, terms):
        answer = Client().post("/accounts/login/", {"login": "x" * 600_000, "password": "x"})
        assert answer.status_code == 400
        assert "<h1" in answer.content.decode()
