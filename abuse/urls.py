from django.urls import path

from abuse import views

app_name = "abuse"
urlpatterns = [
    path("", views.contact, name="contact"),
    path("question/", views.question, name="question"),
    path("abuse/", views.report, name="report"),
    path("<str:token>/", views.ticket, name="ticket"),
    path("<str:token>/reply/", views.reply, name="ticket-reply"),
]
