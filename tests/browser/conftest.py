"""A real Chromium on the real pages, with a real mail server at the other end of the letters."""

import os
import re
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from environ import Env

from abuse.verbs import acknowledge_waiting
from outbox.delivery import deliver
from tests.servers import CHROMIUM

# Playwright keeps an event loop in this thread; the ORM is used between its calls, never inside.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session", autouse=True)
def whitenoise_serves_the_static_files():
    """As in earnest. Django's live server would look among the sources, where no name carries a hash, and find none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "django.contrib.staticfiles.handlers.StaticFilesHandler", lambda application: application
        )
        yield


class Mailbox:
    """Every letter that reached the mail server, as the reader's program would see it."""

    def __init__(self):
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"

    def last_to(self, address):
        """The newest letter to `address`, after everything that waits was written and the outbox emptied."""
        acknowledge_waiting(timezone.now())
        deliver()
        mine = [letter for letter in self.letters if letter["To"] == address]
        assert mine, f"no letter reached {address}"
        return mine[-1]

    def text_to(self, address):
        return self.last_to(address).get_body(("plain",)).get_content()

    def code_to(self, address):
        return re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", self.text_to(address), re.M)[1]

    def link_to(self, address):
        return re.search(r"https?://\S+", self.text_to(address))[0]


@pytest.fixture
def mailbox(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.OUTBOX_TRANSPORT = Env.email_url_config(f"smtp://127.0.0.1:{port}")
    yield mailbox
    controller.stop()


@pytest.fixture
def site(live_server, settings, monkeypatch):
    """One server for all these tests: it must not remember for five seconds what the test before had published."""
    monkeypatch.setattr("legal.gate.LOOK_AGAIN_SECONDS", 0.0)
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def under_axe():
    """Pages axe is looking at: it tries inline styles itself, which the page's policy refuses and the console tells."""
    return set()


@pytest.fixture
def open_browser(browser, site, under_axe):
    """Contexts by intent; whatever a page complains of, or asks of another site, fails the test."""
    complaints, contexts = [], []

    def _open(language="fr", *, javascript=True, width=1280, dark=False):
        context = browser.new_context(
            base_url=site,
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on(
            "console",
            lambda m: (
                complaints.append(f"{page.url}: {m.text}")
                if m.type == "error" and "status of" not in m.text and page not in under_axe
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((site, "data:")) else complaints.append(r.url))
        contexts.append(context)
        return page

    yield _open
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def axe_finds_nothing(under_axe):
    axe = Axe()

    def _look(page):
        under_axe.add(page)
        found = axe.run(page, options=RULES).response["violations"]
        under_axe.discard(page)
        assert found == [], f"{page.url}: " + "; ".join(
            f"{rule['id']}: {[node['html'] for node in rule['nodes']][:3]}" for rule in found
        )

    return _look
