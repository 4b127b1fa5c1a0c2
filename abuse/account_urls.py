"""What the desk asked and decided about somebody, in their own account."""

from django.urls import path

from abuse.views import concerned as views

app_name = "decisions"
urlpatterns = [
    path("", views.decisions, name="list"),
    path("<int:ticket_id>/", views.my_decision, name="page"),
    path("<int:ticket_id>/reply/", views.my_reply, name="reply"),
    path("<int:ticket_id>/files/<uuid:key>/", views.my_file, name="file"),
    path("<int:ticket_id>/<int:decision_id>/appeal/", views.my_appeal, name="appeal"),
    path("<int:ticket_id>/<int:decision_id>/withdraw/", views.my_withdraw, name="withdraw"),
    path("<int:ticket_id>/<int:decision_id>/statement.json", views.my_statement, name="statement"),
]
