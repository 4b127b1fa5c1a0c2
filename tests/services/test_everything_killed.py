"""A real portal, looking at real services, whose database, broker and every process are killed while these die and
come back: no interruption is lost, none told twice, none invented, on any channel."""

import signal
from contextlib import closing

import pytest

from tests.embedded.conftest import host  # noqa: F401, a fixture
from tests.services.a_host import Portal, a_round

pytestmark = pytest.mark.xdist_group("supervisor")

KILL, TERM = signal.SIGKILL, signal.SIGTERM


def test_no_interruption_is_lost_told_twice_or_invented(host):  # noqa: F811
    with closing(Portal(host, services=6)) as portal:
        portal.start()
        first, second, third, fourth, *_well = portal.services
        a_round(portal, [first], [("database", KILL), ("clock", KILL)])
        a_round(portal, [second, third], [("broker", KILL), ("worker", KILL), ("prober", KILL)])
        a_round(portal, [fourth], [("database", TERM), ("broker", TERM)])
        portal.hurry_letters()
        portal.until(portal.is_quiet)
        portal.check()
        assert portal.killed.total() >= 12
        portal.supervisor.send_signal(TERM)
        assert portal.supervisor.wait(60) == 0
