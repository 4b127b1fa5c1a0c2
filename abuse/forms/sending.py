"""Files with a form: how many and how much is read of a request, and what each of them is."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    SkipFile,
    StopFutureHandlers,
    TemporaryFileUploadHandler,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from abuse.files import (
    ACCEPTED,
    LARGEST,
    LARGEST_TOGETHER,
    MOST_FILES,
    File,
    Unacceptable,
    examine,
    too_large,
)


def no_files_here() -> str:
    return _("Files cannot be sent here. Describe what they show, or say where they can be seen.")


class RefusedFiles(FileUploadHandler):
    """Reads past every file of a request without keeping a byte of it, and remembers there was one."""

    met = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.met = True
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None

    @property
    def refusals(self) -> list[str]:
        if not self.met:
            return []
        return [no_files_here()]


class MeasuredFiles(TemporaryFileUploadHandler):
    """Keeps files up to the limits and reads past the rest, so that no request fills the disk."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.refusals: list[str] = []
        self.files = self.together = self.this_one = 0

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        if field_name != "attachments":
            self._refuse(no_files_here())
        self.files += 1
        self.this_one = 0
        if self.files > MOST_FILES:
            self._refuse(_("Send %(limit)s files at most.") % {"limit": MOST_FILES})
        try:
            super().new_file(field_name, file_name, *args, **kwargs)
        except StopFutureHandlers:
            pass

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.this_one += len(raw_data)
        self.together += len(raw_data)
        if self.this_one > LARGEST:
            self._refuse(too_large(self.file_name or ""))
        if self.together > LARGEST_TOGETHER:
            self._refuse(
                _("All files together are larger than %(limit)s MB.")
                % {"limit": LARGEST_TOGETHER // 1024 // 1024}
            )
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Let go of it: the next file that is refused would be closed together with the one still at hand."""
        kept = super().file_complete(file_size)
        del self.file
        return kept

    def _refuse(self, sentence: str) -> None:
        if sentence not in self.refusals:
            self.refusals.append(sentence)
        raise SkipFile


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class Files(forms.FileField):
    """Any number of files up to the limit; what they are is told by their content."""

    widget = SeveralFiles

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Files"),
            help_text=gettext_lazy(
                "Up to 5 pictures (JPEG, PNG, WebP), documents (PDF, TXT) or mails (EML), of 8 MB each. What a picture "
                "says about the place and the camera is removed."
            ),
            required=False,
            allow_empty_file=True,
            widget=SeveralFiles(attrs={"accept": ACCEPTED, "multiple": True}),
        )

    def clean(self, data: Any, initial: Any = None) -> list[File]:
        sent = data if isinstance(data, list) else [data]
        found, refusals = [], []
        for one in filter(None, sent):
            try:
                found.append(self._examined(one))
            except Unacceptable as refusal:
                refusals.append(str(refusal))
        if refusals:
            raise forms.ValidationError(refusals)
        return found

    def _examined(self, sent: UploadedFile) -> File:
        return examine(sent.name or "", sent.read())
