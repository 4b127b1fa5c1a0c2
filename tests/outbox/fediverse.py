"""A server in a thread that speaks as much of Mastodon's API as our account needs, and fails as it is told to."""

import html
import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token"

# Given method and path: (status, headers, lose it: whether the work is done all the same), or None to behave.
Fault = Callable[[str, str], tuple[int, dict[str, str], bool] | None]


def behave(method: str, path: str) -> None:
    return None


class Server:
    """What all of our small HTTP servers share: a port, a list of what was asked, and closing."""

    def __init__(self) -> None:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                return None

            def _any(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = server.answer(self.command, self.path, dict(self.headers.items()), raw)
                if answer is None:  # hang up without a word
                    self.close_connection = True
                    return
                status, headers, body = answer
                written = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

            do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.asked: list[tuple[str, str]] = []
        self.fault: Fault = behave
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def answer(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Any:
        self.asked.append((method, path))
        fault = self.fault(method, path)
        if fault is None:
            return self.work(method, path, headers, raw)
        status, more, lose = fault
        if lose:
            self.work(method, path, headers, raw)
        return (status, more, {"error": "as told"}) if status else None

    def work(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Any:
        raise NotImplementedError


class Fediverse(Server):
    def __init__(
        self, *, max_characters: int = 500, forgets_keys: bool = False, knows_addresses: bool = True
    ) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        self.max_characters = max_characters
        self.knows_addresses = knows_addresses
        self.forgets_keys = forgets_keys  # as Mastodon after an hour, and others always
        super().__init__()

    @property
    def texts(self) -> list[str]:
        return [post["text"] for post in self.posts.values()]

    def remove(self, number: str) -> None:
        del self.posts[number]

    def work(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Any:
        where = urlsplit(path).path.rstrip("/")  # the library writes some with, some without
        if headers.get("Authorization") != f"Bearer {TOKEN}" and where != "/api/v2/instance":
            return 401, {}, {"error": "The access token is invalid"}
        said = self._said(headers, raw)
        if (method, where) == ("GET", "/api/v2/instance"):
            statuses = {"max_characters": self.max_characters, "characters_reserved_per_url": 23}
            return 200, {}, {"configuration": {"statuses": statuses}}
        if (method, where) == ("GET", "/api/v1/accounts/verify_credentials"):
            return 200, {}, {"id": "1", "username": "host"}
        if (method, where) == ("GET", "/api/v1/accounts/1/statuses"):
            return 200, {}, [self._shown(number) for number in reversed(self.posts)]
        if (method, where) == ("POST", "/api/v1/statuses"):
            return self._post(said, headers.get("Idempotency-Key", ""))
        if method == "PUT" and (found := re.fullmatch(r"/api/v1/statuses/(\d+)", where)):
            return self._edit(found[1], said)
        return 404, {}, {"error": "Record not found"}

    def _said(self, headers: dict[str, str], raw: bytes) -> dict[str, str]:
        if headers.get("Content-Type", "").startswith("application/json"):
            return json.loads(raw)
        return {name: values[0] for name, values in parse_qs(raw.decode()).items()}

    def _post(self, said: dict[str, str], key: str) -> Any:
        if key in self.keys and not self.forgets_keys:
            return 200, {}, self._shown(self.keys[key])
        if refusal := self._too_long(said["status"]):
            return refusal
        answers = said.get("in_reply_to_id")
        if answers and answers not in self.posts:
            return 404, {}, {"error": "The post you are trying to reply to does not appear to exist."}
        number = str(110 + len(self.keys) + len(self.posts))
        self.posts[number] = {
            "text": said["status"],
            "answers": answers,
            "language": said.get("language"),
            "visibility": said.get("visibility"),
            "edits": 0,
        }
        self.keys[key] = number
        return 200, {}, self._shown(number)

    def _edit(self, number: str, said: dict[str, str]) -> Any:
        if number not in self.posts:
            return 404, {}, {"error": "Record not found"}
        if refusal := self._too_long(said["status"]):
            return refusal
        post = self.posts[number]
        post["edits"] += post["text"] != said["status"]
        post["text"] = said["status"]
        return 200, {}, self._shown(number)

    def _too_long(self, text: str) -> Any:
        counted = re.sub(r"https?://\S+", "x" * 23, text) if self.knows_addresses else text
        if len(counted) > self.max_characters:
            return 422, {}, {"error": f"Text character limit of {self.max_characters} exceeded"}
        return None

    def _shown(self, number: str) -> dict[str, Any]:
        post = self.posts[number]
        text = html.escape(post["text"])
        content = re.sub(r"(https?://\S+)", r'<a href="\1" rel="nofollow">\1</a>', text)
        return {
            "id": number,
            "url": f"{self.url}/@host/{number}",
            "in_reply_to_id": post["answers"],
            "content": f"<p>{content}</p>",
        }


class Homeserver(Server):
    """A Matrix server with one room."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        super().__init__()

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.events.values())

    def work(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Any:
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {}, {"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token"}
        if path == "/_matrix/client/v3/directory/room/%23status%3Aexample.org":
            return 200, {}, {"room_id": "!room:example.org", "servers": []}
        found = re.fullmatch(
            r"/_matrix/client/v3/rooms/%21room%3Aexample.org/send/m.room.message/(\w+)", path
        )
        if method != "PUT" or not found:
            return 404, {}, {"errcode": "M_NOT_FOUND", "error": "No such room"}
        self.events.setdefault(found[1], json.loads(raw))
        return 200, {}, {"event_id": f"$event{list(self.events).index(found[1])}"}


class Listener(Server):
    """An address that is told by webhook."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        super().__init__()

    def work(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Any:
        self.heard.append((headers, raw))
        return 204, {}, b""
