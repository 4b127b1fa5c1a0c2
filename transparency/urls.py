from django.urls import path

from transparency import views

app_name = "transparency"
urlpatterns = [
    path("", views.figures, name="figures"),
    path("figures.json", views.figures_as_json, name="figures-json"),
    path("interruptions/", views.interruptions, name="interruptions"),
    path("interruptions.json", views.interruptions_as_json, name="interruptions-json"),
]
