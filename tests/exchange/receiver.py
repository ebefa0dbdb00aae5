"""A receiver of notifications: a real HTTP server that keeps what it gets and answers as it is told."""

import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from hmac import new as new_hmac
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


@dataclass
class Receiver:
    """What came, and what is answered; `hold` keeps the answer back while it is set."""

    port: int = 0
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/besked"

    @property
    def bundles(self) -> list[dict[str, Any]]:
        """The bundles that came, in their order."""
        return [orjson.loads(body) for _headers, body in self.got]

    @property
    def events(self) -> list[tuple[int, str | None]]:
        """The events that came: number, and what it points at."""
        return [event for bundle in self.bundles for event in events_of(bundle)]

    def forget(self) -> None:
        """Begin anew."""
        self.got.clear()


def parameters_of(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The parameters of the status of a notification."""
    return list(bundle["entry"][0]["resource"]["parameter"])


def kind_of(bundle: dict[str, Any]) -> str:
    """What kind of notification it is."""
    return next(str(item["valueCode"]) for item in parameters_of(bundle) if item["name"] == "type")


def events_of(bundle: dict[str, Any]) -> list[tuple[int, str | None]]:
    """The events of a notification: number, and what it points at (type and id)."""
    found = []
    for item in parameters_of(bundle):
        if item["name"] == "notification-event":
            parts = {part["name"]: part for part in item["part"]}
            place = parts["focus"]["valueReference"]["reference"] if "focus" in parts else None
            number = int(parts["event-number"]["valueString"])
            found.append((number, "/".join(place.split("/")[-2:]) if place else None))
    return found


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether the signature fits, worked out as Standard Webhooks tells a receiver to."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mark = b64encode(new_hmac(key, signed, sha256).digest()).decode()
    return any(compare_digest(mark, given.partition(",")[2]) for given in headers["webhook-signature"].split())


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver that listens until the end of the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            receiver.arrived.set()
            while receiver.hold.is_set():
                if receiver.hold.wait(0.05):
                    threading.Event().wait(0.05)
            self.send_response(receiver.status)
            if receiver.status == 302:
                self.send_header("Location", "/else")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.hold.clear()
        server.shutdown()
        server.server_close()
        thread.join()
