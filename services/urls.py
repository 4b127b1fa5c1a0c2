from django.urls import path

from services.views import badges, service, status

app_name = "services"
urlpatterns = [
    path("", status.status, name="status"),
    path("<int:year>/<int:month>/", status.month, name="month"),
    path("interruptions/<int:outage_id>/", status.outage, name="outage"),
    path("announcements/<int:announcement_id>/", status.announcement, name="announcement"),
    path("maintenance/<int:maintenance_id>/", status.maintenance, name="maintenance"),
    path("services/<slug:slug>/", service.service, name="service"),
    path("badges/<slug:slug>.<slug:language>.svg", badges.of_service, name="badge"),
    path("badges/<slug:slug>.<slug:language>.json", badges.for_shields, name="shields"),
    path("badge.<slug:language>.svg", badges.of_host, name="host-badge"),
]
