from django.urls import path, register_converter

from legal.converters import DayConverter, Sha256Converter
from legal.feeds import feed
from legal.views import deciding, raw, reading

register_converter(DayConverter, "day")
register_converter(Sha256Converter, "sha256")

app_name = "legal"
urlpatterns = [
    path("", reading.index, name="index"),
    path("accept/", deciding.accept, name="accept"),
    path("refuse/", deciding.refuse, name="refuse"),
    path("refused/", deciding.refused, name="refused"),
    path("<slug:slug>/", reading.document, name="document"),
    path("<slug:slug>/feed.<slug:language>.atom", feed, name="feed"),
    path("<slug:slug>/changes/", reading.changes, name="changes"),
    path("<slug:slug>/changes/<int:old>-<int:new>/", reading.difference, name="difference"),
    path(
        "<slug:slug>/changes/<int:old>-<int:new>/<slug:language>/", reading.difference, name="difference-in"
    ),
    path("<slug:slug>/versions/", reading.versions, name="versions"),
    path("<slug:slug>/versions/on/<day:day>/", reading.version_on, name="on"),
    path("<slug:slug>/versions/<sha256:fingerprint>/", reading.permalink, name="permalink"),
    path("<slug:slug>/versions/<int:number>/", reading.version, name="version"),
    path("<slug:slug>/versions/<int:number>/<slug:language>/", reading.version, name="version-in"),
    path("<slug:slug>/versions/<int:number>.<slug:language>.md", raw.markdown, name="markdown"),
    path("<slug:slug>/versions/<int:number>.json", raw.as_json, name="json"),
]
