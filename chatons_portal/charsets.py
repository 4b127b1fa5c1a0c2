"""In which charsets a request may say that it is written."""

import codecs
from collections.abc import Callable
from typing import Any

from django.utils.http import parse_header_parameters

READ = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"}


class WithoutOddCharsets:
    """Before Django sees a request: any other charset counts as none, as browsers send UTF-8.

    Python knows base64, zlib and punycode as codecs too; Django believes whoever names one, and fails at the first
    field or question mark it reads, before any middleware.
    """

    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        said = environ.get("CONTENT_TYPE", "")
        try:
            kind, parameters = parse_header_parameters(said)
        except ValueError:  # an encoding of a parameter that there is not: Django would stumble over it too
            environ["CONTENT_TYPE"] = said.partition(";")[0]
            return self.application(environ, start_response)
        if "charset" in parameters and not _is_read(parameters["charset"]):
            rest = (f'{name}="{value}"' for name, value in parameters.items() if name != "charset")
            environ["CONTENT_TYPE"] = "; ".join([kind, *rest])
        return self.application(environ, start_response)


def _is_read(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in READ
    except (LookupError, ValueError):
        return False
