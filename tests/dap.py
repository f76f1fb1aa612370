"""A client of the Debug Adapter Protocol, as far as the tests of debugpy need one."""

from __future__ import annotations

import json
import socket
import time
from typing import Any


class Client:
    """Speaks with a debug adapter: requests, and events in the order in which they come."""

    def __init__(self, port: int, patience: float = 30.0) -> None:
        self._socket = _connect(port, patience)
        self._stream = self._socket.makefile("rwb")
        self._sequence = 0
        self._events: list[dict[str, Any]] = []

    def send(self, command: str, **arguments: Any) -> int:
        """Send a request, without waiting for its answer."""
        self._sequence += 1
        message = {"seq": self._sequence, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(message).encode()
        self._stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._stream.flush()
        return self._sequence

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        return self.answer(self.send(command, **arguments))

    def answer(self, number: int) -> dict[str, Any]:
        while True:
            message = self._receive()
            if message["type"] == "response" and message["request_seq"] == number:
                assert message["success"], message
                body: dict[str, Any] = message.get("body") or {}
                return body
            self._events.append(message)

    def event(self, name: str) -> dict[str, Any]:
        """The next event of a name."""
        while True:
            for message in self._events:
                if message["type"] == "event" and message["event"] == name:
                    self._events.remove(message)
                    body: dict[str, Any] = message.get("body") or {}
                    return body
            self._events.append(self._receive())

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _receive(self) -> dict[str, Any]:
        length = 0
        while line := self._stream.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        assert length, "the adapter has closed the connection"
        message: dict[str, Any] = json.loads(self._stream.read(length))
        return message


def _connect(port: int, patience: float) -> socket.socket:
    end = time.monotonic() + patience
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=patience)
        except OSError:
            assert time.monotonic() < end, "no adapter"
            time.sleep(0.05)
