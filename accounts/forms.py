from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from allauth.account.forms import AddEmailForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import context as allauth_context
from allauth.core import ratelimit
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.adapter import neighbourhood
from accounts.models import User
from accounts.names import SHAPE
from accounts.verbs import Why
from legal.forms import AcceptanceForm
from legal.models import How
from legal.verbs import accept


class SignupForm(AcceptanceForm, AllauthSignupForm):
    """allauth's form, with what is being accepted; the account and its acceptance are one transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.opened_at: datetime = timezone.now()
        super().__init__(*args, at=self.opened_at, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["password1"].label = _("Password")
        self.order_fields(["email", "password1", "accept"])
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.pop(
                "style", None
            )  # our own sheet hides the trap; the policy forbids inline style

    def try_save(self, request: HttpRequest) -> tuple[AbstractBaseUser | None, HttpResponse | None]:
        if self.account_already_exists:
            self.rehearse(request)
        with transaction.atomic():
            return super().try_save(request)

    def rehearse(self, request: HttpRequest) -> None:
        """Do everything for an account under an address nobody has, and undo it: an answer that came at once would
        tell a stranger that this address has an account."""
        address = self.cleaned_data["email"]
        self.cleaned_data["email"] = f"{uuid4()}@rehearsal.invalid"
        self.account_already_exists = False
        with transaction.atomic():
            self.save(request)
            transaction.set_rollback(True)
        self.cleaned_data["email"] = address
        self.account_already_exists = True

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        super().custom_signup(request, user)
        accept(
            user, self.texts, how=How.SIGN_UP, at=self.opened_at, receipt=False
        )  # the address is not theirs yet


class LoginForm(AllauthLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")

    def clean(self) -> dict[str, Any]:
        """Whoever tries passwords shuts this door for its owner too, so the owner is shown the others."""
        try:
            return super().clean()
        except forms.ValidationError as error:
            if error.code != "too_many_login_attempts":
                raise
            raise forms.ValidationError(
                _(
                    "Too many passwords were tried, so none is taken for five minutes. If it was not you, somebody "
                    "may be guessing. A code by letter or a passkey still opens your account: "
                    "see “Without the password” below."
                ),
                code=error.code,
            ) from error


class CodeForm(RequestLoginCodeForm):
    """The way in that stays open when a stranger tries passwords; so no stranger must use up its letters either."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def clean_email(self) -> str:
        request = allauth_context.request
        who = f"{self.cleaned_data['email'].lower()} {neighbourhood(request)}"
        if not ratelimit.consume(request, action="code_from_network", key=who):
            raise forms.ValidationError(
                _(
                    "Several codes were sent to this address lately, at the request of your network. Take the newest "
                    "one in your mailbox, or try again in an hour."
                ),
                code="too_many_codes",
            )
        try:
            email: str = super().clean_email()
        except forms.ValidationError as error:
            if error.code != "too_many_login_attempts":
                raise
            raise forms.ValidationError(
                _(
                    "Many codes were sent to this address in the last hour, at the request of several networks. Take "
                    "the newest one in your mailbox. Your password or a passkey still opens your account."
                ),
                code="too_many_codes",
            ) from error
        return email


class AddressForm(AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")


class ForgottenPasswordForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")


class FirstAdministratorForm(AcceptanceForm):
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=1000,
    )
    field_order = ("email", "password", "accept")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(
                _(
                    "This address has an account already. Run “manage.py first_administrator --promote %(email)s”."
                ),
                params={"email": email},
            )
        return email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, User(email=self.cleaned_data.get("email", "")))
        return password


class AtOnceForm(forms.Form):
    """Typed, not clicked: nobody erases an account by a slip of the hand."""

    typed = forms.CharField(
        label=_("Type the e-mail address of your account"),
        max_length=254,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "email",
            }
        ),
    )

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip().lower()
        if typed != self.address:
            raise forms.ValidationError(
                _("This is not the address of your account, so nothing was erased. It is %(address)s."),
                params={"address": self.address},
            )
        return typed


class NameForm(forms.Form):
    """Shape only; whether the name is free is for the verb to say."""

    name = forms.RegexField(
        rf"\A{SHAPE.pattern}\Z",
        label=_("User name"),
        max_length=32,
        help_text=_(
            "2 to 32 letters without accents, digits, dots, hyphens or underscores; a letter comes first."
        ),
        error_messages={
            "invalid": _(
                "Only a to z, 0 to 9, dots, hyphens and underscores, with a letter first: for instance “sami.b”."
            )
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None:
            data = {**data.dict(), "name": data.get("name", "").strip().lower()}
        super().__init__(data, **kwargs)


class LookForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=Why.choices)
    words = forms.CharField(
        label=_("In your words"),
        min_length=8,
        max_length=300,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_(
            "The person reads it on their account page. It stays in the journal: no name, no address."
        ),
    )


class AppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The six digits that the app shows")


class AddKeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_it(self.fields["name"])
        self.fields["passwordless"].label = _("It opens my account by itself, without the password")
        self.fields["passwordless"].help_text = _(
            "It is then a passkey, and asks for its PIN, your finger or your face."
        )


class NameKeyForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_it(self.fields["name"])


def name_it(field: forms.Field) -> None:
    field.label = _("Name of the key, for you to know it by")
    assert isinstance(field, forms.CharField)
    field.validators.append(MaxLengthValidator(80))
    field.widget.attrs["maxlength"] = 80


class OpenSealedForm(forms.Form):
    address = forms.CharField(label=_("E-mail address of the former account"), max_length=254)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        min_length=8,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_(
            "Who asks, by which law, under which number. It stays in the journal: no name of a person."
        ),
    )


class WhyForm(forms.Form):
    why = forms.CharField(
        label=_("Why"),
        min_length=8,
        max_length=300,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_("It stays in the journal: no name, no address."),
    )


class LookIntoForm(forms.Form):
    what = forms.ChoiceField(
        label=_("What is to happen"),
        choices=[
            ("met", _("The person is there: the account counts as used today")),
            ("again", _("Write again, the mailbox may work by now")),
            ("go_on", _("There is no other way to reach them: let the delays run")),
        ],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What you found out"),
        min_length=8,
        max_length=300,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_("It stays in the journal: no name, no address."),
    )


class HoldForm(forms.Form):
    """Found by a whole address, a user name or a number: the desk lists no addresses."""

    person_id = forms.CharField(
        label=_("Account"),
        max_length=254,
        widget=forms.TextInput(attrs={"size": 40}),
        help_text=_("A whole e-mail address, a whole user name or an account number."),
    )
    why = WhyForm.base_fields["why"]
    until = forms.DateField(
        label=_("Until the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until somebody releases it."),
    )

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None

    def clean_person_id(self) -> int:
        typed = self.cleaned_data["person_id"].strip().lower()
        known = (
            Q(email=typed)
            | Q(emailaddress__email__iexact=typed, emailaddress__verified=True)
            | Q(username=typed)
        )
        if typed.isdecimal() and len(typed) < 19:
            known |= Q(pk=int(typed))
        found = User.objects.filter(known).values_list("pk", flat=True).first()
        if found is None:
            raise forms.ValidationError(_("There is no account of this address, name or number."))
        return found
