"""Real servers on loopback that behave, or misbehave, in every way a network knows."""

import datetime as dt
import functools
import gzip
import ipaddress
import socket
import ssl
import struct
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def answer(body=b"", status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


OK = answer(b"<h1>Welcome, files!</h1>", "200 OK", "Content-Type: text/html")


class Server:
    """One port, one thread a connection; `behave` gets the connected socket."""

    def __init__(self, behave, *, context=None, address="127.0.0.1", port=0):
        self.behave, self.context = behave, context
        self.listener = socket.create_server((address, port), backlog=1000, reuse_port=False)
        self.address = address
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        self.open = []
        self.over = False
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.over:
            try:
                line, _who = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=[line], daemon=True).start()

    def serve(self, line):
        line.settimeout(30)
        try:
            if self.context:
                line = self.context.wrap_socket(line, server_side=True)
            self.open.append(line)
            self.behave(line)
            line.close()
        except OSError:
            line.close()

    @property
    def url(self):
        return f"http{'s' if self.context else ''}://{self.address}:{self.port}/"

    @property
    def where(self):
        return f"{self.address}:{self.port}"

    def stop(self):
        if self.over:
            return
        self.over = True
        self.listener.shutdown(socket.SHUT_RDWR)  # else it takes one more, in the thread that waits for it
        self.listener.close()
        for line in self.open:
            line.close()


@contextmanager
def serving(behave, **more):
    server = Server(behave, **more)
    try:
        yield server
    finally:
        server.stop()


def request_of(line):
    """Read up to the end of the header."""
    read = b""
    while b"\r\n\r\n" not in read:
        chunk = line.recv(4096)
        if not chunk:
            break
        read += chunk
    return read


def says(what):
    """Answer every request with these bytes."""

    def behave(line):
        request_of(line)
        line.sendall(what)

    return behave


def hangs(line):
    request_of(line)
    time.sleep(30)


def hangs_at_once(line):
    time.sleep(30)


def closes_at_once(line):
    pass


def resets(line):
    request_of(line)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half_a_header(line):
    request_of(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Ty")
    time.sleep(30)


def breaks_off_in_the_body(line):
    request_of(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this much")


def endless_body(line):
    request_of(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        line.sendall(b"x" * 65536)


def dribbles(line):
    request_of(line)
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"x")
        time.sleep(0.1)


def endless_header(line):
    request_of(line)
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.sendall(b"X-More: " + b"y" * 8000 + b"\r\n")


def circles(line):
    """Ten thousand redirects, if anybody follows them."""
    path = request_of(line).split(b" ")[1]
    line.sendall(answer(b"", "302 Found", f"Location: /{int(path[1:] or b'0') + 1}"))


def bomb(line):
    """Twenty megabytes of zeros in a hundred bytes, asked for or not."""
    request_of(line)
    line.sendall(answer(packed(), "200 OK", "Content-Encoding: gzip"))


@functools.cache
def packed():
    return gzip.compress(gzip.compress(b"\0" * 20_000_000))


PREFACE, SETTINGS, HEADERS, DATA, GOAWAY = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 4, 1, 0, 7
ACKNOWLEDGED, END_STREAM, END_HEADERS = 1, 1, 4
STATUS_200, STATUS_500 = b"\x88", b"\x8e"  # HPACK (RFC 7541), from its static table


def frame(kind, flags, stream, payload=b""):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


def http2(line, *, status=STATUS_200, body=b"<h1>Welcome, files!</h1>", breaks=b""):
    """HTTP/2 (RFC 9113) as far as one answer needs it; `breaks` comes in its place."""
    talk = line.makefile("rb")
    if line.selected_alpn_protocol() != "h2" or talk.read(len(PREFACE)) != PREFACE:
        return
    line.sendall(frame(SETTINGS, 0, 0))
    while len(head := talk.read(9)) == 9:
        talk.read(int.from_bytes(head[:3], "big"))
        kind, stream = head[3], int.from_bytes(head[5:], "big")
        if kind == SETTINGS and not head[4] & ACKNOWLEDGED:
            line.sendall(frame(SETTINGS, ACKNOWLEDGED, 0))
        if kind == HEADERS:
            line.sendall(
                breaks or frame(HEADERS, END_HEADERS, stream, status) + frame(DATA, END_STREAM, stream, body)
            )


def smtp(line, *, starttls=True, context=None, greeting=b"220 mail.example ESMTP\r\n"):
    line.sendall(greeting)
    talk = line.makefile("rb")
    while word := talk.readline():
        verb = word[:4].upper()
        if verb == b"EHLO":
            line.sendall(
                b"250-mail.example\r\n" + (b"250-STARTTLS\r\n" if starttls else b"") + b"250 8BITMIME\r\n"
            )
        elif verb == b"STAR":
            line.sendall(b"220 go\r\n")
            line = context.wrap_socket(line, server_side=True)
            talk, starttls = line.makefile("rb"), False
        elif verb == b"QUIT":
            line.sendall(b"221 bye\r\n")
            return
        else:
            line.sendall(b"250 ok\r\n")


def imap(line, *, starttls=True, context=None):
    line.sendall(b"* OK ready\r\n")
    talk = line.makefile("rb")
    while words := talk.readline():
        tag, verb = words.split()[:2]
        if verb.upper() == b"CAPABILITY":
            line.sendall(b"* CAPABILITY IMAP4rev1" + (b" STARTTLS" if starttls else b"") + b"\r\n")
        line.sendall(tag + b" OK done\r\n")
        if verb.upper() == b"STARTTLS":
            line = context.wrap_socket(line, server_side=True)
            talk, starttls = line.makefile("rb"), False
        if verb.upper() == b"LOGOUT":
            return


def name_server(records, *, rcode=0):
    """Answers questions over UDP with these records, by name and type; returns its port."""
    import dns.message
    import dns.rrset

    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                packet, who = listener.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(packet)
            reply = dns.message.make_response(question)
            reply.set_rcode(rcode)
            asked = question.question[0]
            for kind, text in records.get(asked.name.to_text(omit_final_dot=True), []):
                reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, text))
            listener.sendto(reply.to_wire(), who)

    threading.Thread(target=serve, daemon=True).start()
    return listener


class Authority:
    """Signs certificates; its own stands in `file`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
        self.certificate = self.sign(self.key, self.name, ca=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def sign(self, key, subject, *, names=(), ca=False, days=365, since=-1):
        today = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today + dt.timedelta(days=min(since, days - 1)))
            .not_valid_after(today + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def context(self, *names, days=365, http2=False):
        """What a server needs to speak TLS under these names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        sans = [
            x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
            for name in names
        ]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self.sign(key, subject, names=sans, days=days)
        file = self.folder / f"{names[0]}-{days}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if http2:
            context.set_alpn_protocols(["h2", "http/1.1"])
        return context
