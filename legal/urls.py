from django.urls import path

from legal.views import deciding, reading

app_name = "legal"
urlpatterns = [
    path("", reading.index, name="index"),
    path("accept/", deciding.accept, name="accept"),
    path("<slug:slug>/", reading.document, name="document"),
    path("<slug:slug>/versions/", reading.versions, name="versions"),
    path("<slug:slug>/versions/<int:number>/", reading.version, name="version"),
]
