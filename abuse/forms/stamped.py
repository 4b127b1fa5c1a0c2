"""What protects a form that anybody can send: it was open for a while, and the page came from us."""

import hashlib
import json
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from abuse.proofs import BadProof, Proof, check

QUICKEST = timedelta(seconds=2)  # nobody reads and fills in a form faster; programs do
OLDEST = timedelta(days=2)


class Stamped(forms.Form):
    """A form that works without session, cookie or script, and is still sent by people.

    Its stamp is a random number signed with the time. It shows how long the form was open, proves
    that the page came from us, and with the content makes the fingerprint by which a form sent twice
    is one ticket. Whatever is refused, the page comes back filled in.
    """

    stamp = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        max_length=1000,
        required=False,
        label=_("Leave this field empty"),
        help_text=_("It is here for programs that fill in everything."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    proof = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    asides = ("stamp", "website", "proof")
    proven: Proof | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stamp"].initial = make_stamp  # once the page is shown

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.pop("website", ""):
            self._put("website", "")
            self.add_error(
                None,
                _(
                    "A field that people do not see was filled in. We have emptied it: please send the form again."
                ),
            )
        stamp, proof = cleaned.pop("stamp", ""), cleaned.pop("proof", "")
        try:
            signed_at = read_stamp(stamp)
        except signing.BadSignature:
            self._put("stamp", make_stamp())
            self.add_error(
                None, _("This form was open for very long. Nothing is lost: look it over and send it again.")
            )
            return cleaned
        if timezone.now().timestamp() - signed_at < QUICKEST.total_seconds():
            self.add_error(
                None, _("This was sent faster than people write. If you are one, just send the form again.")
            )
        self._check_proof(proof, stamp)
        content = json.dumps(
            {
                name: [*map(str, value)] if isinstance(value, list) else str(value)
                for name, value in cleaned.items()
            },
            sort_keys=True,
        )
        self.submission = hashlib.sha256(f"{stamp}\n{content}".encode()).hexdigest()
        return cleaned

    def _check_proof(self, proof: str, stamp: str) -> None:
        """A browser without scripts sends none; one that sends something must have done the sum."""
        if proof or "proof" in self.errors:
            self._put("proof", "")
            try:
                self.proven = check(proof, stamp, timezone.now())
            except BadProof:
                self.refuse_proof()

    def refuse_proof(self) -> None:
        self.add_error(
            None,
            _("The sum your browser did for us does not fit, or is too old. Nothing is lost: send it again."),
        )

    def _put(self, name: str, value: str) -> None:
        """Change what the page shows in a field when it comes back."""
        self.data = {**dict(self.data.items()), self.add_prefix(name): value}

    def seen_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.asides]


def make_stamp() -> str:
    return signing.TimestampSigner(salt="abuse.stamp").sign(token_urlsafe(16))


def read_stamp(stamp: str) -> float:
    """When it was made, in seconds since 1970. Raises BadSignature, for one that is too old as well."""
    signer = signing.TimestampSigner(salt="abuse.stamp")
    signer.unsign(stamp, max_age=OLDEST)
    return float(signing.b62_decode(stamp.split(signer.sep)[1]))
