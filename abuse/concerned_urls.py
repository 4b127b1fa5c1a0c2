"""The private link of the person a ticket is about."""

from django.urls import path

from abuse.views import concerned as views

urlpatterns = [
    path("<str:token>/", views.concerned, name="concerned-page"),
    path("<str:token>/reply/", views.concerned_reply, name="concerned-reply"),
    path("<str:token>/files/<uuid:key>/", views.concerned_file, name="concerned-file"),
    path("<str:token>/<int:decision_id>/appeal/", views.concerned_appeal, name="concerned-appeal"),
    path("<str:token>/<int:decision_id>/withdraw/", views.concerned_withdraw, name="concerned-withdraw"),
    path(
        "<str:token>/<int:decision_id>/statement.json", views.concerned_statement, name="concerned-statement"
    ),
]
