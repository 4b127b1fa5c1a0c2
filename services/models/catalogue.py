"""What the host offers, and what needs what."""

import datetime as dt
import enum
from typing import Any, ClassVar, NamedTuple, Self

from django.contrib.postgres.aggregates import BitOr
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from services.models.saying import said


class Group(models.TextChoices):
    OPEN = "open", _("open to everybody")
    MEMBERS = "members", _("for members")
    INTERNAL = "internal", _("for the host itself")


class Registration(models.TextChoices):
    """How one comes to use a service, in the words of ChatonsInfos."""

    NONE = "none", _("without an account")
    FREE = "free", _("by opening an account oneself")
    MEMBER = "member", _("by becoming a member")
    CLIENT = "client", _("by paying")


class ServerType(models.TextChoices):
    NANO = "nano", _("a single-board computer")
    PHYSICAL = "physical", _("a physical server")
    VIRTUAL = "virtual", _("a virtual machine")
    SHARED = "shared", _("shared hosting")
    CLOUD = "cloud", _("several machines (cloud)")


class ProviderType(models.TextChoices):
    HOME = "home", _("at home")
    HOSTED_BAY = "hostedbay", _("our own machine in a data centre")
    HOSTED_SERVER = "hostedserver", _("a machine rented in a data centre")
    OUTSOURCED = "outsourced", _("a virtual machine rented from somebody")


class InstallType(models.TextChoices):
    DISTRIBUTION = "distribution", _("package of the distribution")
    PROVIDER = "provider", _("package of its authors")
    PACKAGE = "package", _("package of somebody else")
    TOOLING = "tooling", _("tool such as YunoHost")
    CONTAINER = "container", _("container")
    ARCHIVE = "archive", _("archive of its authors")
    SOURCES = "sources", _("built from source")
    CLONEREPO = "clonerepo", _("clone of its repository")


class State(models.TextChoices):
    """How a service stands, for whoever asks now."""

    UP = "up", _("up")
    SUSPECT = "suspect", _("did not answer the last look")
    DOWN = "down", _("interrupted")
    RECOVERING = "recovering", _("answers again, not yet for long")
    MAINTENANCE = "maintenance", _("in maintenance")
    UNKNOWN = "unknown", _("unknown")
    # No probe ever looked: all there is is what volunteers declared.
    UNWATCHED = "unwatched", _("no interruption known")


class Sign(enum.IntFlag):
    """What the watches of a service say of it, each of them; none of these is a good sign."""

    STALE = 1
    FAILING = 2
    RECOVERING = 4


class ServiceQuerySet(models.QuerySet["Service"]):
    def listed(self) -> Self:
        """Those with a page and a past that everybody may read."""
        return self.filter(listed=True)

    def offered(self, at: dt.datetime) -> Self:
        """Of these, what people can use: one that has ended keeps its page and its past, and leaves the lists."""
        return self.listed().filter(Q(ended_on=None) | Q(ended_on__gte=timezone.localdate(at)))

    def documented(self) -> Self:
        """Those that name their licence and where their source code is (clause C5)."""
        return self.exclude(licence="").exclude(source_url="")

    def with_interruption(self, at: dt.datetime) -> Self:
        """Add `interrupted_since`: the start of the outage open at `at`, or None."""
        from services.models.interruptions import Outage  # which know their service

        here = Outage.objects.during(at).filter(service=models.OuterRef("pk"))
        return self.annotate(interrupted_since=models.Subquery(here.values("started_at")[:1]))

    def with_state(self, at: dt.datetime) -> Self:
        """Add what `Service.state` is read from, and `looked_at` (the last moment all its probes knew)."""
        from services.models.maintenance import Maintenance
        from services.models.watching import Watch

        planned = Maintenance.objects.going_on(at).filter(services=models.OuterRef("pk"))
        watches = Watch.objects.in_use().filter(probe__service=models.OuterRef("pk"))
        oldest = watches.order_by(F("looked_at").asc(nulls_first=True)).values("looked_at")[:1]
        # One subquery that says it all: PostgreSQL looks again each time another one is named.
        said = (
            watches.signs(at).order_by().values("probe__service").annotate(all=BitOr("signs")).values("all")
        )
        return self.with_interruption(at).annotate(
            looked_at=models.Subquery(oldest), signs=models.Subquery(said), planned=models.Exists(planned)
        )

    def seen(self, at: dt.datetime) -> list["Seen"]:
        """The same, for a list of many."""
        looked = models.Func(
            "looked_at",
            template="extract(epoch FROM %(expressions)s)::float8",
            output_field=models.FloatField(),
        )
        rows = self.with_state(at).annotate(looked=looked).values_list(*Seen._fields)
        return [Seen(*row) for row in rows]


class Service(models.Model):
    """One thing people use at this host: its files, its forge, its mail."""

    slug = models.SlugField(_("short name in addresses"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    purpose_fr = models.CharField(_("what it is for, in French"), max_length=200, blank=True)
    purpose_en = models.CharField(_("what it is for, in English"), max_length=200, blank=True)
    url = models.URLField(_("address"), blank=True)
    group = models.CharField(_("who may use it"), max_length=10, choices=Group, default=Group.MEMBERS)
    software = models.CharField(_("software"), max_length=80, blank=True)
    licence = models.CharField(
        _("licence of the software"),
        max_length=40,
        blank=True,
        help_text=_("Its SPDX name, for example AGPL-3.0."),
    )
    source_url = models.URLField(
        _("source code"),
        blank=True,
        help_text=_("Where anybody can read the code of the version that runs here."),
    )
    software_url = models.URLField(_("site of the software"), blank=True)
    version = models.CharField(_("version"), max_length=40, blank=True)
    install_type = models.CharField(_("installed as"), max_length=12, choices=InstallType, blank=True)
    registration = models.CharField(_("how one comes in"), max_length=6, choices=Registration, blank=True)
    takes_new_people = models.BooleanField(_("takes new people"), default=True)
    guide_url = models.URLField(_("guide for people"), blank=True)
    technical_guide_url = models.URLField(_("technical guide"), blank=True)
    legal_url = models.URLField(
        _("terms of its own"), blank=True, help_text=_("If it has other terms than the host’s.")
    )
    contact_url = models.URLField(
        _("where its people get help"),
        blank=True,
        help_text=_("Left empty: the contact page of this portal."),
    )
    began_on = models.DateField(_("offered since"), null=True, blank=True)
    ended_on = models.DateField(
        _("offered until"),
        null=True,
        blank=True,
        help_text=_("After this day it leaves the lists of services; its page and its past stay."),
    )
    server_type = models.CharField(_("machine"), max_length=8, choices=ServerType, blank=True)
    provider_type = models.CharField(_("where it stands"), max_length=12, choices=ProviderType, blank=True)
    provider_name = models.CharField(_("whose machine it is"), max_length=80, blank=True)
    distribution = models.CharField(
        _("system"), max_length=80, blank=True, help_text=_("For example: Debian 12.")
    )
    country_code = models.CharField(
        _("country of the machine"),
        max_length=2,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}\Z", _("Two capital letters, for example FR."))],
    )
    position = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    listed = models.BooleanField(_("shown on the front page"), default=True)

    needs = models.ManyToManyField(
        "self",
        through="Dependency",
        through_fields=("service", "needs"),
        symmetrical=False,
        related_name="needed_by",
        verbose_name=_("needs"),
    )

    # When a probe first knew of it: the figures begin there.
    watched_since = models.DateTimeField(_("watched since"), null=True, editable=False)
    # When the last of its probes was put out of use: from then on nobody knows. None while somebody looks.
    unwatched_since = models.DateTimeField(_("no longer watched since"), null=True, editable=False)

    interrupted_since: dt.datetime | None  # from `with_interruption(at)`
    looked_at: dt.datetime | None  # these three from `with_state(at)`
    signs: int | None  # what its watches say together; None: nobody watches
    planned: bool
    mark: str  # both from `standing.shown`
    state_sentence: str

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[Any] = ["position", "name"]
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints: ClassVar[Any] = [
            models.CheckConstraint(condition=~Q(name=""), name="service_has_a_name"),
            models.CheckConstraint(
                condition=~(Q(purpose_fr="") & Q(purpose_en="")),
                name="service_says_what_it_is_for",
                violation_error_message=_("Say what the service is for, in at least one language."),
            ),
            models.CheckConstraint(
                condition=Q(began_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("began_on")),
                name="service_ends_after_it_began",
                violation_error_message=_("A service ends after it began."),
            ),
            # The pairs that ChatonsInfos knows: nobody rents out a single-board computer.
            models.CheckConstraint(
                condition=~Q(server_type=ServerType.NANO, provider_type=ProviderType.HOSTED_SERVER)
                & ~Q(
                    server_type__in=[ServerType.NANO, ServerType.PHYSICAL],
                    provider_type=ProviderType.OUTSOURCED,
                ),
                name="service_stands_on_a_machine_that_can_be_there",
                violation_error_message=_("Such a machine does not stand there: choose another pair."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("services:service", args=[self.slug])

    def has_ended(self, at: dt.datetime) -> bool:
        return self.ended_on is not None and self.ended_on < timezone.localdate(at)

    @property
    def purpose(self) -> str:
        return said(self, "purpose")

    @cached_property
    def state(self) -> State:
        """How it stood at the moment of `with_state(at)`."""
        return state_of(self)


class Seen(NamedTuple):
    """A service as a list of many needs it: a thousand models take longer to make than to draw."""

    pk: int
    slug: str
    name: str
    group: str
    interrupted_since: dt.datetime | None
    looked: float | None  # in seconds since 1970, which are read ten times as fast as dates
    signs: int | None
    planned: bool
    unwatched_since: dt.datetime | None

    @property
    def looked_at(self) -> dt.datetime | None:
        return None if self.looked is None else dt.datetime.fromtimestamp(self.looked, dt.UTC)

    @property
    def state(self) -> State:
        return state_of(self)


def state_of(one: Service | Seen) -> State:
    if one.signs == 0 and not one.interrupted_since and not one.planned:
        return State.UP
    signs = Sign(one.signs or 0)
    if one.interrupted_since:
        recovers = Sign.RECOVERING in signs and Sign.FAILING not in signs
        return State.RECOVERING if recovers else State.DOWN
    if one.planned:
        return State.MAINTENANCE
    if one.signs is None:
        return State.UNKNOWN if one.unwatched_since else State.UNWATCHED
    if Sign.STALE in signs:
        return State.UNKNOWN
    return State.SUSPECT if Sign.FAILING in signs else State.UP


class Dependency(models.Model):
    """One service does not work without another: mail needs the names."""

    service = models.ForeignKey(
        Service, models.CASCADE, related_name="dependencies", verbose_name=_("service")
    )
    needs = models.ForeignKey(Service, models.CASCADE, related_name="dependants", verbose_name=_("needs"))

    class Meta:
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["service", "needs"], name="one_dependency_a_pair"),
            models.CheckConstraint(
                condition=~Q(service=F("needs")),
                name="no_service_needs_itself",
                violation_error_message=_("A service does not need itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} → {self.needs}"
