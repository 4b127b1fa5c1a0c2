"""Probes and dependencies are written down, or refused with a sentence that helps."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from journal.models import Entry
from services.models import Dependency, Judgement, Probe, Watch
from services.probing.addresses import is_private
from services.probing.checks import prober
from services.verbs import describe_probe, say_what_it_needs
from tests.factories import NOON, a_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def files():
    return a_service("Nextcloud")


def a_probe(service, target="https://cloud.example.org/", **fields):
    return Probe(service=service, target=target, **fields)


def refusal(probe):
    with pytest.raises(ValidationError) as refused:
        probe.full_clean()
    return refused.value.message_dict


class TestAddressesThatCanBeLookedAt:
    @pytest.mark.parametrize(
        ("protocol", "target"),
        [
            ("http", "https://cloud.example.org/"),
            ("http", "HTTPS://Cloud.Example.org:8443/status?a=b&c=d#top"),
            ("http", "https://café.example/"),
            ("http", "https://[2001:4860:4860::8888]/"),
            ("tcp", "chat.example.org:5222"),
            ("tcp", "[2001:4860:4860::8888]:5222"),
            ("tls", "mail.example.org"),
            ("smtp", "mail.example.org"),
            ("imap", "mail.example.org:143"),
            ("dns", "example.org"),
            ("dns", "_dmarc.example.org"),
        ],
    )
    def test(self, files, protocol, target):
        a_probe(files, target, protocol=protocol).full_clean()

    @pytest.mark.parametrize(
        ("protocol", "target", "words"),
        [
            ("http", "", "This field"),
            ("http", "cloud.example.org", "begins with"),
            ("http", "ftp://example.org/", "begins with"),
            ("http", "javascript:alert(1)", "begins with"),
            ("http", "file:///etc/passwd", "begins with"),
            ("http", "gopher://example.org/_x", "begins with"),
            ("http", "https://", "no address"),
            ("http", "https://user:password@example.org/", "password"),
            ("http", "https://user@example.org/", "password"),
            ("http", "https://exa mple.org/", "no spaces"),
            ("http", "https://example.org/\r\nHost: other.example", "no spaces"),
            ("http", "https://example.org\\@other.example/", "backslashes"),
            ("http", "https://example.org:99999/", "no address"),
            ("http", "https://example.org:0/", "1 to 65535"),
            ("http", "https://[::1/", "no address"),
            ("http", "https://[fe80::1%25eth0]/", "PROBE_INSIDE"),
            ("http", "https://①②⑦.⓪.⓪.①/", "no name"),
            ("http", "https://0177.0.0.1/", "no name"),
            ("http", "https://ex%61mple.org/", "no name"),
            ("http", "https://\u202eexample.org/", "no spaces"),
            ("http", "https:///example.org", "no address"),
            ("http", "https://127.1/", "no name"),
            ("http", "https://0x7f000001/", "no name"),
            ("http", "https://2130706433/", "no name"),
            ("http", "https://-x.example/", "no name"),
            ("http", "https://" + "a" * 300 + ".example/", "no name"),
            ("http", "http://127.0.0.1/", "PROBE_INSIDE"),
            ("http", "http://169.254.169.254/latest/meta-data/", "PROBE_INSIDE"),
            ("http", "http://[::ffff:10.0.0.1]/", "PROBE_INSIDE"),
            ("tcp", "chat.example.org", "Which port"),
            ("tcp", "chat.example.org:0", "1 to 65535"),
            ("tcp", "chat.example.org:٣", "1 to 65535"),
            ("tcp", "https://chat.example.org", "without"),
            ("tcp", "10.0.0.1:22", "PROBE_INSIDE"),
            ("tcp", "a\nb:25", "no spaces"),
            ("dns", "192.0.2.1", "no records"),
            ("dns", "exa mple.org", "no name"),
        ],
    )
    def test_or_cannot(self, files, protocol, target, words):
        with override("en"):
            assert words in refusal(a_probe(files, target, protocol=protocol))["target"][0]

    def test_inside_if_the_operator_allows_that_service(self, files, settings):
        settings.PROBE_INSIDE = ["nextcloud"]
        a_probe(files, "http://127.0.0.1/").full_clean()
        other = a_service("Forgejo")
        assert "target" in refusal(a_probe(other, "http://127.0.0.1/"))

    @pytest.mark.parametrize(
        "address",
        [
            *(
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "0.0.0.0",
                "100.64.0.1",
            ),
            *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
            *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "64:ff9b:1::1"),
            *("fec0::1", "::127.0.0.1"),
        ],
    )
    def test_private_addresses_in_all_their_clothes(self, address):
        assert is_private(address)

    @pytest.mark.parametrize(
        "address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"]
    )
    def test_public_ones(self, address):
        assert not is_private(address)


class TestExpectations:
    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("expects_status", "two hundred", "200-299"),
            ("expects_status", "200-", "200-299"),
            ("expects_status", "299-200", "smaller"),
            ("expects_status", "99", "200-299"),
            ("expects_status", "600", "between 100 and 599"),
            ("expects_json", "ok", "comparison"),
            ("expects_json", "status == ok", "double quotes"),
            ("expects_json", "a..b == 1", "no path"),
            ("expects_json", "a[x] == 1", "no path"),
            ("timeout_seconds", 60, "less time"),
            ("timeout_seconds", 0, "1"),
            ("interval_seconds", 5, "10"),
        ],
    )
    def test_are_refused_with_a_sentence(self, files, field, value, words):
        with override("en"):
            assert words in " ".join(refusal(a_probe(files, **{field: value}))[field])

    def test_only_where_they_mean_something(self, files):
        wrong = refusal(
            a_probe(
                files,
                "x.example:25",
                protocol="tcp",
                expects_status="200",
                expects_text="x",
                expects_json="a == 1",
            )
        )
        assert set(wrong) == {"expects_status", "expects_text", "expects_json"}
        assert "http_version" in refusal(a_probe(files, "http://x.example/", http_version="2"))


class TestDescribingAProbe:
    @pytest.fixture
    def probe(self, files, mona):
        probe = describe_probe(a_probe(files), at=NOON, by=mona)
        Watch.objects.update(
            judgement=Judgement.DOWN, judged_since=NOON, looked_at=NOON, known_until=NOON, due_at=NOON
        )
        return probe

    def test_it_is_due_at_once_and_journalled(self, files, mona):
        probe = describe_probe(a_probe(files), at=NOON, by=mona)
        assert Watch.objects.get(probe=probe).due_at == NOON
        assert Entry.objects.about(probe).get().verb == "services.probe_added"

    def test_looking_elsewhere_it_has_to_see_it_work_first(self, probe):
        probe.target = "https://cloud.example.org/status"
        describe_probe(probe, at=NOON)
        watch = Watch.objects.get()
        assert (watch.judgement, watch.judged_since, watch.known_until) == (Judgement.UP, None, None)

    def test_looking_more_often_it_knows_what_it_knew(self, probe):
        probe.interval_seconds = 30
        describe_probe(probe, at=NOON)
        assert Watch.objects.get().judgement == Judgement.DOWN

    def test_it_stays_with_its_service(self, probe):
        probe.service = a_service("Forgejo")
        with override("en"), pytest.raises(ValidationError) as refused:
            describe_probe(probe, at=NOON)
        assert "the past of Nextcloud" in refused.value.messages[0]

    def test_refused_it_is_not_there(self, files):
        with pytest.raises(ValidationError):
            describe_probe(a_probe(files, "nowhere"), at=NOON)
        assert not Probe.objects.exists()


class TestWhatAServiceNeeds:
    def test_is_written_down_once(self, files, mona):
        names = a_service("Names")
        say_what_it_needs(files.pk, {names.pk}, by=mona)
        say_what_it_needs(files.pk, {names.pk}, by=mona)
        assert Dependency.objects.get().needs == names
        assert Entry.objects.of("services.needs_changed").count() == 1
        say_what_it_needs(files.pk, set(), by=mona)
        assert not Dependency.objects.exists()

    def test_in_a_circle_is_refused(self, files):
        names, mail = a_service("Names"), a_service("Mail")
        say_what_it_needs(mail.pk, {names.pk})
        say_what_it_needs(files.pk, {mail.pk})
        for needs in ({files.pk}, {mail.pk}, {names.pk}):
            with pytest.raises(ValidationError):
                say_what_it_needs(names.pk, needs)
        assert Dependency.objects.count() == 2


def test_settings_that_cannot_be_meant_are_refused_at_the_start(settings):
    settings.PROBE_CANARIES = ["https://example.org/", "192.0.2.1:443"]
    assert prober(None) == []
    settings.PROBE_CANARIES, settings.PROBE_CA_FILE = ["example.org", "ftp://x"], "/nowhere"
    assert [wrong.id for wrong in prober(None)] == ["services.E010", "services.E010", "services.E011"]
