"""A year and more of daily runs whose workers are killed (-9) at random moments, on days that come at random.

Time is simulated, the kills are not: each run is a process of its own, on the real database; letters are real files.
"""

import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connections

from accounts.models import Erasure, Notice, PurgeRun, Source, User, mark_of
from accounts.verbs import purge, touch
from outbox.delivery import deliver
from outbox.models import Letter
from tests.accounts.unseen import day, unseen
from tests.factories import published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("kills")]

PEOPLE, DAYS, KILLS = 60, 500, 100
STAGES = (60, 30, 7, 1, 0)


class World:
    """The parent of all workers: it sees what reached the mail server and who signed in, and keeps its own books."""

    def __init__(self, folder, chance):
        self.folder, self.chance, self.kills = folder, chance, 0
        self.people = {}
        self.seen = {}
        self.owner = {}  # of each notice
        self.taken = {}  # letter key: the day on which its file was first there
        self.promised = defaultdict(lambda: day(0))  # of each notice: the latest date it told
        for number in range(PEOPLE):
            last = day(-chance.randint(0, 400))
            person = unseen(f"p{number}@example.org", at=day(-500), last_seen_at=last)
            self.people[mark_of(person.sub)] = person
            self.seen[person.pk] = last

    def a_worker(self, at, *, carries):
        connections.close_all()
        number = os.fork()
        if number == 0:
            code = 1
            try:
                purge(at)
                if carries:
                    deliver(clock=lambda: at)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        return number

    def a_day(self, at, *, kill):
        carries = self.chance.random() < 0.6  # the mail server may be away: letters leave on another day
        workers = [self.a_worker(at, carries=carries) for _ in range(self.chance.choice([1, 1, 1, 2]))]
        if kill:
            time.sleep(self.chance.uniform(0.0, 0.12))
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
        for worker in workers:
            _pid, status = os.waitpid(worker, 0)
            killed = os.WIFSIGNALED(status)
            assert killed or os.WEXITSTATUS(status) == 0
            self.kills += killed
        self.look(at)

    def a_quiet_day(self, at):
        purge(at)
        deliver(clock=lambda: at)
        self.look(at)

    def look(self, at):
        for notice in Notice.objects.all():
            self.owner[notice.pk] = notice.person_id
            self.promised[notice.pk] = max(self.promised[notice.pk], notice.erases_at)
        files = {int(path.name.split(".")[1]) for path in self.folder.glob("letter.*.eml")}
        keys = Letter.objects.filter(pk__in=files, key__startswith="accounts_inactive:").values_list(
            "key", flat=True
        )
        for key in keys:
            self.taken.setdefault(key, at)

    def somebody_signs_in(self, at):
        number = self.chance.choice(list(self.seen))
        if touch(number, Source.SIGN_IN, at):
            self.seen[number] = at

    def letters_of(self, person):
        """For each notice of a person: its stages, with the days on which their letters arrived."""
        found = defaultdict(lambda: defaultdict(list))
        for key, at in self.taken.items():
            _kind, notice, stage, _try = key.split(":")
            if self.owner[int(notice)] == person.pk:
                found[int(notice)][int(stage)].append(at)
        return found


@pytest.fixture
def world(settings, tmp_path):
    settings.OUTBOX_TRANSPORT = {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(tmp_path),
    }
    settings.INACTIVITY_DAILY_CAP = settings.INACTIVITY_IMPLAUSIBLE_PERCENT = (
        100  # brakes have their own tests
    )
    published("terms")
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return World(tmp_path, random.Random(seed))


ALONE = "PORTAL_TESTS_ALONE"


@pytest.mark.skipif(ALONE in os.environ, reason="this is the process of its own")
def test_a_year_of_kills():
    """In a process of its own: what is forked must not inherit the threads and lines of all the tests before it."""
    ours = ("PYTEST_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", __file__],
        cwd=Path(__file__).parents[2],
        env=environment | {ALONE: "1"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert "1 passed" in run.stdout


@pytest.mark.skipif(ALONE not in os.environ, reason="run by the test above, in a process of its own")
def test_shorten_nobodys_notice_warn_nobody_twice_and_forget_nobody(world):
    number = 0
    while number < DAYS or world.kills < KILLS:
        at = day(number) + timedelta(minutes=world.chance.randint(0, 300))
        world.a_day(at, kill=world.chance.random() < 0.6)
        if world.chance.random() < 0.03:
            world.somebody_signs_in(at)
        number += world.chance.choice([1, 1, 1, 1, 2, 3, 5, 20 if world.chance.random() < 0.1 else 1])
    for calm in range(number, number + 620, 3):  # nobody comes any more, and nobody is killed
        world.a_quiet_day(day(calm))

    assert world.kills >= KILLS
    erased = {world.people[erasure.mark].pk: erasure for erasure in Erasure.objects.all()}
    assert len(erased) == Erasure.objects.count() == PEOPLE, "nobody due is forgotten, nobody goes twice"
    assert not User.objects.filter(email__startswith="p").exists()
    assert not Notice.objects.exists()
    assert not PurgeRun.objects.filter(ended_at=None).exists()
    for person in world.people.values():
        erasure = erased[person.pk]
        assert erasure.at >= world.seen[person.pk] + timedelta(days=395)
        notices = world.letters_of(person)
        last = notices[max(notices)]
        assert set(last) == set(STAGES), "every letter arrived"
        for stage in STAGES:
            assert erasure.at - last[stage][0] >= timedelta(days=stage + 30), (
                "with all the notice it promised"
            )
        assert erasure.at >= world.promised[max(notices)], "not before the day that was told"
        for earlier, later in pairwise(STAGES):
            apart = last[later][0] - last[earlier][0]
            assert apart >= timedelta(days=earlier - later), "no stage before its delay"
        for stages in notices.values():
            assert all(len(days) == 1 for days in stages.values()), "one letter for each stage"
