"""What the person concerned writes to us, and what somebody fills in who contests a decision."""

from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import LONGEST_TEXT, Words
from abuse.forms.sending import Files
from abuse.forms.stamped import Stamped


class BareSubjectReplyForm(Stamped):
    """What the person concerned has to say, on a ticket that takes no files."""

    text = Words(label=_("Add a message"), rows=6, max_length=LONGEST_TEXT)


class SubjectReplyForm(BareSubjectReplyForm):
    attachments = Files()


class BareAppealForm(Stamped):
    text = Words(
        label=_("Why do you contest it?"),
        help_text=_("What is wrong about it, or what we did not know. Whoever settles it reads this first."),
        rows=7,
        max_length=LONGEST_TEXT,
    )


class AppealForm(BareAppealForm):
    attachments = Files()


class WithdrawForm(Stamped):
    """Nothing to fill in."""
