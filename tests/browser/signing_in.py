"""Signing in as people do it, the second factor included."""

import re

from tests.factories import APP_KEY, PASSWORD, what_the_app_shows


def sign_in(page, email, *, at="/accounts/login/", to="/account/|/legal/accept/"):
    """Through the sign-in page, or the page `at` that leads there; the app's code is given when it is asked for."""
    page.goto(at)
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button >> nth=0")
    page.wait_for_url(re.compile(f"/2fa/authenticate/|{to}"))
    if "/2fa/authenticate/" in page.url:
        type_the_code(page)
        page.wait_for_url(re.compile(to))


def type_the_code(page, key=APP_KEY):
    page.fill("[name=code]", what_the_app_shows(key))
    page.click("main form button >> nth=0")
