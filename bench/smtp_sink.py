"""The smallest SMTP server that still says every sentence: it must not be what the benchmark measures.

It writes each subject it took, with the time, to a file before it answers 250: what was acknowledged is on record.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import Iterator

ANSWERS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 10000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
SUBJECT = re.compile(rb"^Subject: (.*)\r$", re.MULTILINE)


class Conversation(asyncio.Protocol):
    def __init__(self, record: int) -> None:
        self.record, self.buffer, self.in_data = record, b"", False

    def connection_made(self, transport) -> None:
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, received: bytes) -> None:
        self.buffer += received
        answers = b"".join(self.answers())
        if answers:
            self.transport.write(answers)
        if answers.endswith(b"221 bye\r\n"):
            self.transport.close()

    def answers(self) -> Iterator[bytes]:
        while True:
            read, end, rest = self.buffer.partition(b"\r\n.\r\n" if self.in_data else b"\n")
            if not end:
                return
            self.buffer = rest
            yield self.take(read) if self.in_data else self.answer(read[:4].upper())

    def take(self, message: bytes) -> bytes:
        self.in_data = False
        os.write(self.record, b"%.6f %s\n" % (time.monotonic(), SUBJECT.search(message)[1]))
        return b"250 taken\r\n"

    def answer(self, word: bytes) -> bytes:
        self.in_data = word == b"DATA"
        return ANSWERS.get(word, b"250 ok\r\n")


async def main(port: int, path: str) -> None:
    record = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    server = await asyncio.get_running_loop().create_server(lambda: Conversation(record), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
