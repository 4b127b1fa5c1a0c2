"""Web servers over TLS for bench_probe: many small services on loopback addresses, some of which never answer.

python bench/probe_targets.py FOLDER   (writes FOLDER/authority.pem, prints the port, serves until it is ended)
"""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.services.loopback import Authority

BODY = b"<!doctype html><title>Files</title><h1>Welcome</h1>" + b"<p>Your files, wherever you are.</p>" * 27
PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: "
    + str(len(BODY)).encode()
    + b"\r\n\r\n"
    + BODY
)
ADDRESSES = 200  # 127.0.1.1 and on


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        request = await reader.readuntil(b"\r\n\r\n")
        if request.startswith(b"GET /hangs"):
            await asyncio.sleep(600)
        writer.write(PAGE)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def serve(folder: Path) -> None:
    context = Authority(folder).context(*[f"127.0.1.{number}" for number in range(1, ADDRESSES + 1)])
    context.num_tickets = 0
    server = await asyncio.start_server(answer, "0.0.0.0", 0, ssl=context, backlog=2000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
