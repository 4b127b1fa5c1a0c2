"""Decisions: what was found about a ticket, on which ground, and what the person concerned is told of it."""

import uuid
from datetime import datetime, time, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse.links import derive_token, fingerprint, token_of
from abuse.models.topics import Outcome
from abuse.numbers import public_number

APPEAL_WITHIN = timedelta(days=184)
"""Six months, whichever they are (Terms, “Contesting a decision”; Article 20 of Regulation (EU) 2022/2065)."""
LONGEST_DAY = timedelta(hours=25)
"""An appeal may come until the last of these days is over, wherever the host is."""

LONGEST_FACTS = 5000  # characters; these three are the limits of the DSA's own schema
LONGEST_EXPLANATION = 2000
LONGEST_GROUND = 500


class Ground(models.TextChoices):
    """By what a decision is justified."""

    TERMS = "terms", _("a clause of the Terms")
    LAW = "law", _("the law")


class LearnedFrom(models.TextChoices):
    """How the facts came to the host's knowledge."""

    NOTICE = "notice", _("a report")
    OTHER_NOTICE = "other", _("word from somebody else, an authority for example")
    OWN = "own", _("our own watch")


class Silence(models.TextChoices):
    """The only reasons for which a statement is not sent (Article 17(2) and (5))."""

    NO_CONTACT = "no_contact", _("we have no means of reaching the person")
    BULK = "bulk", _("deceptive commercial bulk mailing")
    AUTHORITY = "authority", _("an authority imposes silence on us")


class Category(models.TextChoices):
    """What it is about, in the words of the DSA's transparency database (abuse/data/)."""

    ANIMAL_WELFARE = "ANIMAL_WELFARE", _("animal welfare")
    CONSUMER_INFORMATION = "CONSUMER_INFORMATION", _("information owed to consumers")
    CYBER_VIOLENCE = "CYBER_VIOLENCE", _("violence online")
    CYBER_VIOLENCE_AGAINST_WOMEN = "CYBER_VIOLENCE_AGAINST_WOMEN", _("violence online against women")
    DATA_PROTECTION = "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", _("personal data and privacy")
    SPEECH = "ILLEGAL_OR_HARMFUL_SPEECH", _("illegal or harmful speech")
    INTELLECTUAL_PROPERTY = "INTELLECTUAL_PROPERTY_INFRINGEMENTS", _("intellectual property")
    ELECTIONS = "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", _("public debate or elections")
    OTHER = "OTHER_VIOLATION_TC", _("another breach of our Terms")
    MINORS = "PROTECTION_OF_MINORS", _("protection of minors")
    PUBLIC_SECURITY = "RISK_FOR_PUBLIC_SECURITY", _("public security")
    FRAUD = "SCAMS_AND_FRAUD", _("scams and fraud")
    SELF_HARM = "SELF_HARM", _("self-harm")
    PRODUCTS = "UNSAFE_AND_PROHIBITED_PRODUCTS", _("unsafe or prohibited products")
    VIOLENCE = "VIOLENCE", _("violence")


class HearingQuerySet(models.QuerySet["Hearing"]):
    def behind(self, token: str) -> Self:
        """The one a private link opens, if there is one."""
        return self.filter(token_hash=fingerprint(token)).select_related("ticket", "person")

    def of(self, person: models.Model) -> Self:
        return self.filter(person=person).select_related("ticket", "person")


class Hearing(models.Model):
    """The person a ticket is about is spoken to: the private link by which they read, answer and appeal."""

    ticket = models.OneToOneField(
        "abuse.Ticket", models.PROTECT, related_name="hearing", verbose_name=_("ticket")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="hearings",
        verbose_name=_("person concerned"),
    )
    opened_at = models.DateTimeField(_("opened"))
    link_seed = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)

    objects = HearingQuerySet.as_manager()

    class Meta:
        verbose_name = _("hearing")
        verbose_name_plural = _("hearings")
        default_permissions: ClassVar[Any] = []

    def __str__(self) -> str:
        return f"{self.ticket_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.token_hash = self.token_hash or fingerprint(derive_token(self.link_seed))
        super().save(*args, **kwargs)

    @property
    def token(self) -> str | None:
        return token_of(self.link_seed, self.token_hash)

    def private_path(self) -> str:
        """The way in that needs no sign-in; where its key is gone, the one that does."""
        if token := self.token:
            return reverse("abuse:concerned-page", args=[token])
        return reverse("decisions:page", args=[self.ticket_id])


class DecisionQuerySet(models.QuerySet["Decision"]):
    def about(self, person: models.Model) -> Self:
        return self.filter(subject=person)

    def standing(self) -> Self:
        """Not overturned since: what counts against somebody."""
        return self.exclude(appeals__outcome="overturned")

    def needed(self, at: datetime) -> Self:
        """A measure holds or is to come, an appeal waits or may still be filed: the reasons must stay readable."""
        open_measure = Q(sanctions__lifted_at=None, sanctions__executed_at=None, sanctions__kind__gt=10) & (
            Q(sanctions__ends_at=None) | Q(sanctions__ends_at__gt=at)
        )
        held = Q(sanctions__isnull=False, sanctions__person__isnull=False) & open_measure
        contestable = Q(at__gt=at - APPEAL_WITHIN - LONGEST_DAY)
        return self.filter(held | contestable | Q(appeals__outcome="")).distinct()

    def told_to(self, ticket: models.Model) -> Self:
        """Those that whoever wrote this ticket was told of: its own, or that of the ticket it repeats."""
        return self.filter(Q(ticket=ticket) | Q(ticket__duplicates=ticket)).distinct()

    def violations(self) -> Self:
        return self.filter(outcome=Outcome.VIOLATION).standing()

    def with_all(self) -> Self:
        """What a statement is written from, without a query for each part."""
        return self.select_related(
            "ticket__hearing", "subject", "clause__text__version__document"
        ).prefetch_related("sanctions", "appeals")


class Decision(models.Model):
    """What was found, on which facts and ground. Once taken it is never rewritten, only forgotten (null).

    Whatever is told of it (page, letter, JSON) is written from this row and its sanctions, and from nothing else.
    """

    ticket = models.ForeignKey(
        "abuse.Ticket", models.PROTECT, related_name="decisions", verbose_name=_("ticket")
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="decisions",
        verbose_name=_("person concerned"),
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices)
    ground = models.CharField(_("ground"), max_length=10, choices=Ground.choices, blank=True)
    clause = models.ForeignKey(
        "legal.Clause", models.PROTECT, null=True, related_name="+", verbose_name=_("clause")
    )
    accepted_at = models.DateTimeField(
        _("accepted"), null=True, help_text=_("When the person accepted the text the clause is quoted from.")
    )
    legal_ground = models.CharField(_("law"), max_length=LONGEST_GROUND, blank=True)
    facts = models.TextField(_("facts"), null=True)
    explanation = models.TextField(_("why they break it"), null=True)
    source = models.CharField(_("how we learned of it"), max_length=10, choices=LearnedFrom.choices)
    automated_detection = models.BooleanField(_("found by an automatic tool"), default=False)
    category = models.CharField(_("category"), max_length=60, choices=Category.choices, blank=True)
    content_types = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("what it is"))
    content_date = models.DateField(_("date of the content"), null=True)
    no_measure = models.BooleanField(
        _("no measure"), default=False, help_text=_("Said in so many words: nothing follows from it.")
    )
    silent_because = models.CharField(
        _("not told because"), max_length=12, choices=Silence.choices, blank=True
    )
    unfounded = models.BooleanField(_("the report was manifestly unfounded"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    at = models.DateTimeField(_("decided"))
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        default_permissions: ClassVar[Any] = ["view"]
        ordering: ClassVar[Any] = ["-at", "-pk"]
        indexes: ClassVar[Any] = [models.Index(fields=["subject", "-at"], name="abuse_decision_subject")]
        constraints: ClassVar[Any] = [
            models.CheckConstraint(
                condition=Q(outcome__in=[Outcome.VIOLATION, Outcome.NO_VIOLATION]),
                name="abuse_decision_known_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(facts="") & ~Q(explanation=""), name="abuse_decision_has_words"
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.NO_VIOLATION, ground="")
                | Q(outcome=Outcome.VIOLATION, ground=Ground.TERMS, clause__isnull=False)
                | (Q(outcome=Outcome.VIOLATION, ground=Ground.LAW) & ~Q(legal_ground="")),
                name="abuse_decision_violation_has_ground",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.NO_VIOLATION) | Q(category__in=Category.values),
                name="abuse_decision_violation_has_category",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(clause__isnull=False),
                name="abuse_decision_accepted_a_clause",
            ),
            models.CheckConstraint(
                condition=Q(unfounded=False) | Q(outcome=Outcome.NO_VIOLATION),
                name="abuse_decision_unfounded_is_no_violation",
            ),
            models.CheckConstraint(
                condition=Q(source__in=LearnedFrom.values), name="abuse_decision_known_source"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"D{public_number(self.pk)}"

    @property
    def is_overturned(self) -> bool:
        return any(appeal.outcome == "overturned" for appeal in self.appeals.all())

    @property
    def is_violation(self) -> bool:
        return self.outcome == Outcome.VIOLATION

    @property
    def is_secret(self) -> bool:
        """An authority forbids us to say why: the measure shows, and nothing else."""
        return self.silent_because == Silence.AUTHORITY

    @property
    def appeal_until(self) -> datetime:
        """The last moment of a day: what is said is a date, and that whole day counts."""
        last_day = timezone.localtime(self.at + APPEAL_WITHIN)
        return timezone.make_aware(datetime.combine(last_day, time.max))
