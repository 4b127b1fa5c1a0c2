from django.urls import path

from services import feeds
from services.views import badges, service, status, subscribing

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
    path("feed.<slug:language>.atom", feeds.feed, {"extension": "atom"}, name="feed-atom"),
    path("feed.<slug:language>.rss", feeds.feed, {"extension": "rss"}, name="feed-rss"),
    path("feed.<slug:language>.json", feeds.feed, {"extension": "json"}, name="feed-json"),
    path("maintenance.<slug:language>.ics", feeds.calendar, name="calendar"),
    path(
        "services/<slug:slug>/feed.<slug:language>.atom",
        feeds.feed,
        {"extension": "atom"},
        name="service-feed-atom",
    ),
    path(
        "services/<slug:slug>/feed.<slug:language>.rss",
        feeds.feed,
        {"extension": "rss"},
        name="service-feed-rss",
    ),
    path("services/<slug:slug>/maintenance.<slug:language>.ics", feeds.calendar, name="service-calendar"),
    path("subscribe/", subscribing.subscribe, name="subscribe"),
    path("subscribe/<str:token>/", subscribing.confirm, name="confirm-subscription"),
    path("subscriptions/<str:token>/", subscribing.subscription, name="subscription"),
    path("subscriptions/<str:token>/leave/", subscribing.leave, name="leave"),
]
