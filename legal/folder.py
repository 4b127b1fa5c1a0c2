"""Reading and writing below one folder without ever following a symbolic link out of it."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _


class NotOurs(ValueError):
    """A folder or a file that an export must not touch; the message says why."""


class Folder:
    """A folder in which every step is taken without following a symbolic link."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> "Folder":
        self.descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        return self

    def __exit__(self, *_exception: object) -> None:
        os.close(self.descriptor)

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """The folder that holds the file, and the file's name in it. Raises NotOurs, FileNotFoundError."""
        parts = PurePosixPath(path).parts
        descriptor = os.dup(self.descriptor)
        try:
            for part in parts[:-1]:
                if make:
                    try:
                        os.mkdir(part, dir_fd=descriptor)
                    except FileExistsError:
                        pass  # opened just below, if it is a folder
                try:
                    below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
                except NotADirectoryError as error:  # a link is none either
                    raise NotOurs(
                        _("%(path)s is a link or a file where a folder should be. Remove it.")
                        % {"path": self.path / part}
                    ) from error
                os.close(descriptor)
                descriptor = below
            yield descriptor, parts[-1]
        finally:
            os.close(descriptor)

    def holds(self, path: str) -> bool:
        try:
            with self._parent(path) as (parent, name):
                os.stat(name, dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def read(self, path: str) -> bytes:
        with self._parent(path) as (parent, name):
            try:
                descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=parent)
            except OSError as error:
                raise NotOurs(f"{self.path / path}: {error.strerror}") from error
            with open(descriptor, "rb") as file:
                return file.read()

    def write(self, path: str, content: bytes) -> None:
        """Whole or not at all."""
        with self._parent(path, make=True) as (parent, name):
            waiting = f".{name}.{secrets.token_hex(4)}"
            descriptor = os.open(
                waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=parent
            )
            try:
                with open(descriptor, "wb") as file:
                    file.write(content)
                os.replace(waiting, name, src_dir_fd=parent, dst_dir_fd=parent)
            except BaseException:
                os.unlink(waiting, dir_fd=parent)
                raise

    def remove(self, path: str) -> None:
        """The file, and its folder once nothing else is in it."""
        with self._parent(path) as (parent, name):
            os.unlink(name, dir_fd=parent)
            empty = not os.listdir(parent)
        if empty:
            os.rmdir(PurePosixPath(path).parts[0], dir_fd=self.descriptor)
