"""Documents, their versions in every language, and their clauses."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Document(models.Model):
    """A kind of text the host publishes: its Terms, its legal notice, its technical report..."""

    slug = models.SlugField(_("address"), unique=True, help_text=_("The last word of its web address."))
    in_acceptance_set = models.BooleanField(
        _("must be accepted"),
        default=False,
        help_text=_("Whoever opens an account accepts all documents of this set together."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering: ClassVar[Any] = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("legal:document", args=[self.slug])


class VersionQuerySet(models.QuerySet["Version"]):
    def drafts(self) -> Self:
        return self.filter(published_at=None)

    def published(self, at: datetime) -> Self:
        return self.filter(published_at__lte=at)

    def upcoming(self, at: datetime) -> Self:
        """Published, and not yet in effect."""
        return self.published(at).filter(effective_at__gt=at)

    def effective(self, at: datetime) -> Self:
        """Ever in force up to `at`, superseded ones included."""
        return self.published(at).filter(effective_at__lte=at)

    def in_force(self, at: datetime) -> Self:
        """At most one version of each document: the latest to take effect."""
        latest = (
            Version.objects.effective(at)
            .order_by("document_id", "-effective_at", "-number")
            .distinct("document_id")
            .values("pk")
        )
        return self.filter(pk__in=latest)

    def in_acceptance_set(self) -> Self:
        return self.filter(document__in_acceptance_set=True)

    def asking(self) -> Self:
        """Those that everybody has to accept. Editorial versions never ask anybody again."""
        return self.in_acceptance_set().filter(significant=True, published_at__isnull=False)

    def asking_dates(self, at: datetime) -> list[datetime]:
        """When each of them took or takes effect, as far as it is known at `at`, in order."""
        dates = self.published(at).asking().order_by("effective_at").values_list("effective_at", flat=True)
        return [date for date in dates.distinct() if date]

    def required_through(self, at: datetime) -> datetime | None:
        """What `accepted_through` must have reached; None while nothing has to be accepted."""
        return self.effective(at).asking().aggregate(latest=models.Max("effective_at"))["latest"]


class Version(models.Model):
    """One edition of a document. Draft, published, in force, superseded: its dates say which.

    Once published, triggers refuse every change to it, to its texts and to its clauses.
    """

    document = models.ForeignKey(
        Document, models.PROTECT, related_name="versions", verbose_name=_("document")
    )
    number = models.PositiveIntegerField(_("number"))
    authoritative_language = models.CharField(_("authoritative language"), max_length=10)
    significant = models.BooleanField(
        _("significant"),
        default=True,
        help_text=_("A significant change asks everybody again; an editorial one asks nobody."),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    effective_at = models.DateTimeField(_("takes effect"), null=True, blank=True)
    previous_digest = models.CharField(_("fingerprint of the previous version"), max_length=64, blank=True)
    digest = models.CharField(_("fingerprint"), max_length=64, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering: ClassVar[Any] = ["document", "-number"]
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["document", "number"], name="legal_version_number_once"),
            models.UniqueConstraint(
                fields=["document"], condition=Q(published_at=None), name="legal_version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None)
                | (Q(effective_at__isnull=False) & Q(effective_at__gte=F("published_at"))),
                name="legal_version_effective_once_published",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(digest=""), name="legal_version_published_has_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document.slug} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("legal:version", args=[self.document.slug, self.number])

    def text_in(self, language: str | None = None) -> "Text":
        """The text in `language` (the active one by default), else the authoritative one."""
        by_language = {text.language: text for text in self.texts.all()}
        return by_language.get(language or get_language() or "") or by_language[self.authoritative_language]

    def fingerprint(self) -> str:
        """SHA-256 over everything that makes this version, the previous fingerprint included."""
        assert self.published_at
        assert self.effective_at
        content = {
            "document": self.document.slug,
            "number": self.number,
            "authoritative_language": self.authoritative_language,
            "significant": self.significant,
            "published_at": self.published_at.timestamp(),
            "effective_at": self.effective_at.timestamp(),
            "previous": self.previous_digest,
            "texts": sorted([t.language, t.title, t.changes, t.sha256] for t in self.texts.all()),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class TextQuerySet(models.QuerySet["Text"]):
    def to_accept(self, at: datetime, language: str) -> "list[Text]":
        """The set somebody reading `language` accepts at `at`, in the documents' order."""
        versions = (
            Version.objects.in_force(at)
            .in_acceptance_set()
            .select_related("document")
            .prefetch_related("texts")
            .order_by("document__position", "document__slug")
        )
        texts = []
        for version in versions:
            text = version.text_in(language)
            text.version = version
            texts.append(text)
        return texts


class Text(models.Model):
    """A version in one language: what people read, and exactly what its SHA-256 was taken of."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="texts", verbose_name=_("version"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=200)
    changes = models.CharField(_("what changed"), max_length=500, blank=True)
    source = models.TextField(
        _("source"), blank=True, help_text=_("Markdown, with variables such as {{ host_name }}.")
    )
    markdown = models.TextField(_("text"), help_text=_("The source with its variables filled in, for good."))
    html = models.TextField(editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)

    objects = TextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        ordering: ClassVar[Any] = ["version", "language"]
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["version", "language"], name="legal_text_language_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"

    def get_absolute_url(self) -> str:
        """This very text: this version in this language."""
        return reverse(
            "legal:version-in", args=[self.version.document.slug, self.version.number, self.language]
        )

    @property
    def is_authoritative(self) -> bool:
        return self.language == self.version.authoritative_language


class ClauseQuerySet(models.QuerySet["Clause"]):
    def of(self, version: Version, language: str | None = None) -> Self:
        return self.filter(text=version.text_in(language))

    def cited_in_force(self, slug: str, at: datetime, language: str | None = None) -> Self:
        """The clauses of the document `slug` as it stands at `at`; none while it has no version."""
        version = Version.objects.in_force(at).filter(document__slug=slug).prefetch_related("texts").first()
        return self.of(version, language) if version else self.none()


class Clause(models.Model):
    """A passage with an id that code, decisions and links can cite, word for word."""

    text = models.ForeignKey(Text, models.CASCADE, related_name="clauses", verbose_name=_("text"))
    ref = models.SlugField(_("id"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"))
    lead = models.CharField(_("lead"), max_length=300, help_text=_("Its heading or its first words in bold."))
    markdown = models.TextField(_("wording"))
    is_heading = models.BooleanField(_("opens a section"), default=False)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering: ClassVar[Any] = ["text", "position"]
        constraints: ClassVar[Any] = [
            models.UniqueConstraint(fields=["text", "ref"], name="legal_clause_ref_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.lead}"


def same_set(texts: Iterable[Text], others: Iterable[Text]) -> bool:
    """Whether both are the same versions, whatever the language each is in."""
    return {t.version_id for t in texts} == {t.version_id for t in others}
