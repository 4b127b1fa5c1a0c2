"""How a form that anybody may send is read: within limits of size and of number, and by people."""

from collections.abc import Iterable
from typing import TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _

from abuse import verbs
from abuse.forms import MeasuredFiles, RefusedFiles, Stamped
from abuse.limits import within

Form = TypeVar("Form", bound=Stamped)


def read(request: HttpRequest, form_class: type[Form], *, key: str) -> tuple[Form, int]:
    """The form as it was sent, with what is wrong about the request as a whole, and the status to answer with."""
    handler = MeasuredFiles(request) if takes_files(form_class) else RefusedFiles(request)
    request.upload_handlers = [handler]
    return judge(request, form_class(request.POST, request.FILES), handler.refusals, key=key)


def takes_files(form_class: type[Stamped]) -> bool:
    return "attachments" in form_class.base_fields


def judge(request: HttpRequest, form: Form, refusals: Iterable[str], *, key: str) -> tuple[Form, int]:
    """Of a form whose request was read: what is wrong about it as a whole."""
    for refusal in refusals:
        form.add_error(None, refusal)
    if form.is_valid() and form.proven and not verbs.spend(form.proven, form.submission):
        form.refuse_proof()
    # Fewer without the proof of work a browser with scripts does.
    if form.is_valid() and not within("contact" if form.proven else "contact_unproven", key):
        form.add_error(
            None,
            _(
                "A lot was sent from your network lately. Your text is still here: please try again in an hour."
            ),
        )
        return form, 429
    if form.errors and request.FILES:
        form.add_error(
            None, _("Your browser forgets files when a form comes back: please choose them again.")
        )
    return form, 200
