"""Proofs of work that were used: none serves twice."""

from django.db import models


class SpentProof(models.Model):
    """A solved challenge, known by its fingerprint, and the one submission it was spent on."""

    fingerprint = models.CharField(max_length=64, unique=True)
    submission = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.fingerprint
