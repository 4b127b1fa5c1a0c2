from django.urls import path

from services import views

app_name = "services"
urlpatterns = [
    path("", views.status, name="status"),
    path("<int:year>/<int:month>/", views.month, name="month"),
    path("interruptions/<int:outage_id>/", views.outage, name="outage"),
    path("announcements/<int:announcement_id>/", views.announcement, name="announcement"),
]
