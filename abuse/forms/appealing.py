"""What the person concerned writes to us, and what somebody fills in who contests a decision."""

from django.utils.translation import gettext_lazy as _

from abuse.forms.fields import LONGEST_TEXT, Words
from abuse.forms.stamped import Stamped


class SubjectReplyForm(Stamped):
    """What the person concerned has to say."""

    text = Words(label=_("Add a message"), rows=6, max_length=LONGEST_TEXT)


class AppealForm(Stamped):
    text = Words(
        label=_("Why do you contest it?"),
        help_text=_("What is wrong about it, or what we did not know. Whoever settles it reads this first."),
        rows=7,
        max_length=LONGEST_TEXT,
    )


class WithdrawForm(Stamped):
    """Nothing to fill in."""
