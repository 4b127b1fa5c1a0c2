from django.urls import include, path

from abuse.views import concerned, contact, private

app_name = "abuse"
urlpatterns = [
    path("", contact.contact, name="contact"),
    path("proof/", contact.proof, name="proof"),
    path("question/", contact.question, name="question"),
    path("bug/", contact.bug, name="bug"),
    path("abuse/", contact.report, name="report"),
    path("illegal/", contact.illegal, name="illegal"),
    path("child-abuse/", contact.child_abuse, name="child-abuse"),
    path("security/", contact.security, name="security"),
    path("personal-data/", contact.personal_data, name="personal-data"),
    path("authority/", contact.authority, name="authority"),
    path("other/", contact.other, name="other"),
    path("concerned/", include("abuse.concerned_urls")),
    path("<str:token>/<int:decision_id>/appeal/", concerned.reporter_appeal, name="ticket-appeal"),
    path("<str:token>/<int:decision_id>/withdraw/", concerned.reporter_withdraw, name="ticket-withdraw"),
    path("<str:token>/", private.ticket, name="ticket"),
    path("<str:token>/reply/", private.reply, name="ticket-reply"),
    path("<str:token>/confirm/<str:code>/", private.confirm, name="ticket-confirm"),
    path("<str:token>/files/<uuid:key>/", private.attachment, name="ticket-file"),
]
