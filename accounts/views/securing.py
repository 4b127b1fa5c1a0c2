"""Keeping an account safe, beyond the pages that allauth brings."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts.second_factor import has_second_factor
from accounts.views.account import AuthedRequest


@never_cache
def desk_needs_two_factor(request: AuthedRequest) -> HttpResponse:
    """Where a volunteer without a second factor lands instead of at the desk."""
    if has_second_factor(request.user):
        return redirect("admin:index")
    return render(request, "accounts/desk_needs_two_factor.html")
