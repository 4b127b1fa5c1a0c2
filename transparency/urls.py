from django.urls import path

from transparency import views

app_name = "transparency"
urlpatterns = [
    path("interruptions/", views.interruptions, name="interruptions"),
    path("interruptions.json", views.interruptions_as_json, name="interruptions-json"),
]
