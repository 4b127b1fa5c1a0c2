"""The contact page, and a form for each topic: no account, no session, no script needed.

These forms are exempt from the CSRF cookie, on purpose. They do nothing in the name of whoever is
signed in: a report has no account, and the private page obeys the token in its address, which another
site cannot know. Their own signed stamp (`forms.Stamped`) shows that the page came from us, also to
somebody who refuses cookies; and the cookie's check would fail on the private page, as browsers send
`Origin: null` from a page with `Referrer-Policy: no-referrer`.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from abuse import forms, proofs, verbs
from abuse.forms.stamped import read_stamp
from abuse.models import REPORTED
from abuse.views.reading import read
from accounts.adapter import neighbourhood
from accounts.models import Source
from accounts.verbs import touch


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "abuse/contact.html")


@login_not_required
@never_cache
@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """The sum for one form, fetched by its script."""
    stamp = request.GET.get("stamp", "")
    try:
        read_stamp(stamp)
    except signing.BadSignature:
        raise Http404 from None
    return JsonResponse(proofs.challenge_for(stamp, timezone.now()))


def _page_for(form_class: type[forms.Writing]) -> Callable[[HttpRequest], HttpResponse]:
    # A form must not be cached: its stamp belongs to one visitor.
    @login_not_required
    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest) -> HttpResponse:
        return _receive(request, form_class)

    return page


question = _page_for(forms.QuestionForm)
bug = _page_for(forms.BugForm)
report = _page_for(forms.ReportForm)
illegal = _page_for(forms.IllegalForm)
child_abuse = _page_for(forms.ChildAbuseForm)
security = _page_for(forms.SecurityForm)
personal_data = _page_for(forms.PersonalDataForm)
authority = _page_for(forms.AuthorityForm)
other = _page_for(forms.OtherForm)


def _receive(request: HttpRequest, form_class: type[forms.Writing]) -> HttpResponse:
    if request.method != "POST":
        return _write_page(request, form_class())
    form, status = read(request, form_class, key=neighbourhood(request))
    if not form.is_valid():
        return _write_page(request, form, status=status)
    verb: Callable = verbs.file_report if form.topic in REPORTED else verbs.file_question
    now = timezone.now()
    ticket = verb(
        **form.given(get_language()),
        submission=form.submission,
        at=now,
    )
    if request.user.is_authenticated:
        touch(request.user, Source.CONTACT, now)
    return HttpResponseRedirect(ticket.private_path() or reverse("abuse:contact"))


def _write_page(request: HttpRequest, form: forms.Writing, status: int = 200) -> HttpResponse:
    hotlines = settings.CHILD_ABUSE_HOTLINES if isinstance(form, forms.ChildAbuseForm) else []
    return render(request, "abuse/write.html", {"form": form, "hotlines": hotlines}, status=status)
