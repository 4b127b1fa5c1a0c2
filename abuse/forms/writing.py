"""What people fill in: a form for each topic, with its own fields and no others."""

from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import LONGEST_LIST, LONGEST_TEXT, Address, Name, ServiceField, Words
from abuse.forms.sending import Files
from abuse.forms.stamped import Stamped
from abuse.models import Topic
from abuse.particulars import LABELS, Right
from abuse.verbs import Sender


class Writing(Stamped):
    """The form of one topic, and what its page says."""

    topic: ClassVar[Topic]
    title: ClassVar[Promise]
    lead: ClassVar[Promise]
    button: ClassVar[Promise]
    takes_files = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.takes_files = "attachments" in self.fields

    def first_fields(self) -> list[forms.BoundField]:
        return self.seen_fields()

    def given(self, language: str) -> dict[str, Any]:
        """The keywords of the verb; answers that belong to the topic alone go together."""
        given = {"topic": self.topic, **self.cleaned_data}
        who = {name: given.pop(name, "") for name in ("name", "email")}
        particulars = {name: str(value) for name in LABELS if (value := given.pop(name, None))}
        return {
            **given,
            "sender": Sender(language=language, with_proof=self.proven is not None, **who),
            **({"particulars": particulars} if particulars else {}),
        }


class QuestionForm(Writing):
    topic = Topic.QUESTION
    title = _("Ask a question")
    lead = _("A volunteer answers you. Please leave out passwords: we never need them.")
    button = _("Send the question")
    message = Words(
        label=_("Your message"),
        help_text=_("A question, an idea, how something is done here."),
        rows=10,
        max_length=LONGEST_TEXT,
    )
    email = Address()


class BugForm(Writing):
    topic = Topic.BUG
    title = _("Tell us about a bug")
    lead = _(
        "Something does not work as it should? The more we can see it ourselves, the sooner it is mended."
    )
    button = _("Send it")
    service = ServiceField()
    message = Words(
        label=_("What happened, and what did you expect?"),
        help_text=_("What you did just before, and the words of any error."),
        rows=8,
        max_length=LONGEST_TEXT,
    )
    page = Words(
        label=LABELS["page"], help_text=_("Its address, if there is one."), max_length=500, required=False
    )
    since = Words(label=LABELS["since"], max_length=200, required=False)
    attachments = Files()
    email = Address()


class SecurityForm(Writing):
    topic = Topic.SECURITY
    title = _("Report a vulnerability")
    lead = _(
        "Thank you for telling us before anybody else. Go no further than needed to show it, and leave other "
        "people’s data alone: then we see you as somebody who helps."
    )
    button = _("Send it")
    service = ServiceField()
    message = Words(
        label=_("What is the weakness, and what could somebody do with it?"), rows=8, max_length=LONGEST_TEXT
    )
    steps = Words(
        label=_("How can we see it ourselves?"),
        help_text=_("Step by step, with addresses."),
        rows=6,
        max_length=LONGEST_LIST,
        required=False,
    )
    attachments = Files()
    name = Name()
    email = Address()


class PersonalDataForm(Writing):
    topic = Topic.PERSONAL_DATA
    title = _("Your personal data")
    lead = _(
        "With an account, you can take a copy of your data or erase it yourself, on the page of your account. For all "
        "else, write here: the law gives us a month to answer."
    )
    button = _("Send the request")
    right = forms.ChoiceField(
        label=_("What do you ask for?"), choices=Right.choices, widget=forms.RadioSelect
    )
    message = Words(
        label=_("Your request"),
        help_text=_("Which data, in which service, under which name or address."),
        rows=6,
        max_length=LONGEST_TEXT,
    )
    email = Address(
        required=True, help_text=_("We answer to it, and may ask there for proof that you are who you say.")
    )


class AuthorityForm(Writing):
    topic = Topic.AUTHORITY
    title = _("Request of an authority")
    lead = _(
        "For courts, police and administrations. We answer what the law obliges us to, count every request in "
        "public, and tell the person concerned unless the law forbids it."
    )
    button = _("Send the request")
    authority = Words(label=LABELS["authority"], max_length=200)
    reference = Words(label=LABELS["reference"], max_length=200)
    legal_basis = Words(
        label=LABELS["legal_basis"], help_text=_("The article, order or warrant it rests on."), max_length=500
    )
    message = Words(label=_("What is asked for"), rows=6, max_length=LONGEST_TEXT)
    deadline = forms.DateField(
        label=LABELS["deadline"],
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    attachments = Files()
    name = Name()
    email = Address(required=True, help_text=_("Your address in office: we answer to no other."))


class OtherForm(Writing):
    topic = Topic.OTHER
    title = _("Anything else")
    lead = _("An idea, a thank-you, a proposal: a volunteer reads it.")
    button = _("Send it")
    message = Words(label=_("Your message"), rows=8, max_length=LONGEST_TEXT)
    name = Name()
    email = Address()


class BareReplyForm(Stamped):
    """On a ticket that takes no files."""

    text = Words(label=_("Add a message"), rows=6, max_length=LONGEST_TEXT)


class ReplyForm(BareReplyForm):
    attachments = Files()
