"""Files people send: what they are, what is refused in words, and how they are handed out again."""

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from abuse.files import LARGEST, Unacceptable, examine, tidy
from abuse.models import Attachment, Kind, State, Ticket
from abuse.verbs import forget
from tests.abuse.writing import a_report, a_stamp, a_ticket, everything, later, send_report, stamp_in

MAIL = b"Received: from x\nFrom: <watches@example.org>\nTo: <you@example.org>\nSubject: Watches\n\nBuy.\n"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SCRIPT = b"<script>alert(1)</script>"


def a_picture(form="PNG", size=(20, 10), **how) -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, "orange").save(drawn, form, **how)
    return drawn.getvalue()


def a_bomb(side=30_000) -> bytes:
    """A picture of a few kilobytes that would take gigabytes once opened."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 5_000_000)) + chunk(b"IEND", b"")
    )


class TestWhatTheyAre:
    @pytest.mark.parametrize(
        ("name", "content", "kind"),
        [
            ("a.png", a_picture(), Kind.PNG),
            ("a.jpg", a_picture("JPEG"), Kind.JPEG),
            ("a.webp", a_picture("WEBP"), Kind.WEBP),
            ("wrong.txt", a_picture(), Kind.PNG),
            ("a.pdf", PDF, Kind.PDF),
            ("a.txt", "Voilà.\n".encode(), Kind.TXT),
            ("a.txt", "Voilà.\n".encode("latin-1"), Kind.TXT),
            ("a.log", b"line\n", Kind.TXT),
            ("a.eml", MAIL, Kind.EML),
            ("a.eml", MAIL.replace(b"\n", b"\r\n"), Kind.EML),
        ],
    )
    def test_is_told_by_content(self, name, content, kind):
        assert examine(name, content).kind == kind

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.png", b""),
            ("a.png", b"\x89PNG\r\n\x1a\n"),
            ("a.png", a_picture()[:45]),
            ("a.jpg", b"\xff\xd8\xff\xe0" + b"x" * 100),
            ("a.gif", a_picture("GIF")),
            ("a.bmp", a_picture("BMP")),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>"),
            ("a.html", b"<p>hello</p>"),
            ("a.zip", b"PK\x03\x04" + b"\0" * 60),
            ("a.exe", b"MZ" + b"\0" * 60),
            ("a.txt", b"a\0b"),
            ("a.eml", b"just some words\n"),
            ("a.bin", bytes(range(256))),
            ("a.txt", b"   \n"),
            ("a.png", a_bomb()),
            ("a.txt", b"x" * (LARGEST + 1)),
        ],
        ids=lambda value: value[:12] if isinstance(value, str) else len(value),
    )
    def test_of_no_kind_we_take_is_refused_in_words(self, name, content):
        with pytest.raises(Unacceptable, match=name):
            examine(name, content)

    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=60), st.binary(max_size=300))
    def test_anything_is_taken_or_refused(self, name, content):
        with suppress(Unacceptable):
            examine(name, content)

    @settings(max_examples=100, deadline=None)
    @given(
        st.sampled_from([a_picture(), a_picture("JPEG"), a_picture("WEBP")]),
        st.lists(st.tuples(st.integers(8, 400), st.binary(min_size=1, max_size=8)), max_size=6),
    )
    def test_damaged_pictures_are_drawn_or_refused(self, picture, changes):
        broken = bytearray(picture)
        for place, put in changes:
            broken[place : place + len(put)] = put
        with suppress(Unacceptable):
            examine("a.png", bytes(broken))


class TestPictures:
    @pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
    def test_are_drawn_anew_so_that_nothing_else_is_left_in_them(self, form):
        drawn = examine("a.png", a_picture(form) + SCRIPT + b"PK\x03\x04").content
        assert SCRIPT not in drawn
        assert b"PK\x03\x04" not in drawn
        assert Image.open(BytesIO(drawn)).size == (20, 10)

    def test_say_nothing_of_the_place_they_were_taken(self):
        exif = Image.Exif()
        exif[0x010E] = "at home"
        exif.get_ifd(0x8825)[1] = "N"
        drawn = examine("a.jpg", a_picture("JPEG", exif=exif, comment=b"hidden words")).content
        assert b"at home" not in drawn
        assert b"hidden words" not in drawn
        assert not Image.open(BytesIO(drawn)).getexif()

    def test_that_lie_on_their_side_are_put_up(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        drawn = examine("a.jpg", a_picture("JPEG", exif=exif)).content
        assert Image.open(BytesIO(drawn)).size == (10, 20)

    def test_of_a_good_camera_are_made_smaller(self):
        drawn = examine("a.jpg", a_picture("JPEG", size=(6000, 4000))).content
        assert max(Image.open(BytesIO(drawn)).size) == 4000

    def test_keep_their_transparency(self):
        seen_through = BytesIO()
        Image.new("RGBA", (4, 4), (1, 2, 3, 0)).save(seen_through, "PNG")
        assert Image.open(BytesIO(examine("a.png", seen_through.getvalue()).content)).mode == "RGBA"


class TestNames:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("../../etc/passwd", "passwd.txt"),
            ("..\\..\\boot.ini", "boot.txt"),
            ("a\0b\r\nSet-Cookie: x.txt", "abSet-Cookie x.txt"),
            ("\u202egpj.exe", "gpj.txt"),
            ("", "file.txt"),
            ("...", "file.txt"),
            ("é" * 300, "é" * 100 + ".txt"),
        ],
    )
    def test_are_made_harmless(self, sent, kept):
        assert tidy(sent, Kind.TXT) == kept


@pytest.mark.django_db
class TestSending:
    @pytest.fixture(autouse=True)
    def _terms(self, terms):
        pass

    @pytest.fixture
    def english(self):
        return Client(headers={"accept-language": "en"})

    def test_with_a_report_they_are_at_the_desk_and_on_the_private_page(self, client):
        page = send_report(
            client,
            attachments=[
                SimpleUploadedFile("seen.png", a_picture(), "image/png"),
                SimpleUploadedFile("mail.eml", MAIL, "text/html"),
            ],
        )
        files = list(Attachment.objects.all())
        assert [(f.name, f.kind) for f in files] == [("seen.png", Kind.PNG), ("mail.eml", Kind.EML)]
        private = client.get(page["Location"]).content.decode()
        for file in files:
            assert f"{page['Location']}files/{file.key}/" in private

    def test_with_a_reply_they_belong_to_it(self, client):
        ticket = a_report()
        client.post(
            ticket.private_path() + "reply/",
            {"text": "Here it is.", "stamp": a_stamp(), "attachments": SimpleUploadedFile("a.txt", b"words")},
        )
        assert Attachment.objects.get().message.body == "Here it is."

    def test_sent_twice_they_are_kept_once(self, client):
        stamp = a_stamp()
        for _ in range(2):
            send_report(client, stamp=stamp, attachments=SimpleUploadedFile("a.txt", b"words"))
        assert Attachment.objects.count() == 1

    def test_with_other_content_it_is_another_report(self, client):
        stamp = a_stamp()
        for content in (b"one", b"two"):
            send_report(client, stamp=stamp, attachments=SimpleUploadedFile("a.txt", content))
        assert Ticket.objects.count() == 2

    @pytest.mark.parametrize(
        ("files", "words"),
        [
            ([("a.zip", b"PK\x03\x04aaaa")], "none of the kinds we take"),
            ([("a.png", a_bomb())], "million points"),
            ([("a.png", b"\x89PNG\r\n\x1a\nxx")], "damaged"),
            ([("a.txt", b"x" * (LARGEST + 1))], "larger than 8 MB"),
            ([(f"{n}.txt", b"words") for n in range(6)], "5 files at most"),
            ([(f"{n}.txt", b"x" * (7 * 1024 * 1024)) for n in range(3)], "All files together"),
            ([("a.txt", b"")], "is empty"),
        ],
        ids=["kind", "bomb", "damaged", "large", "many", "much", "empty"],
    )
    def test_what_is_refused_comes_back_with_a_reason_and_leaves_no_trace(self, english, files, words):
        before = everything()
        page = send_report(
            english, attachments=[SimpleUploadedFile(name, content) for name, content in files]
        )
        text = page.content.decode()
        assert page.status_code == 200
        assert words in text
        assert "A thousand letters" in text
        assert stamp_in(page)
        assert everything() == before
        assert Attachment.objects.count() == 0

    def test_a_form_that_comes_back_says_that_files_are_chosen_again(self, english):
        page = send_report(english, what="", attachments=SimpleUploadedFile("a.txt", b"words"))
        assert "choose them again" in page.content.decode()


@pytest.mark.django_db
class TestHandingOut:
    @pytest.fixture
    def ticket(self, terms):
        return a_report(
            attachments=[
                examine("a.png", a_picture()),
                examine("a.pdf", PDF),
                examine("a.txt", SCRIPT),
                examine("a.eml", MAIL),
            ]
        )

    def address(self, ticket, kind):
        return f"{ticket.private_path()}files/{ticket.attachments.get(kind=kind).key}/"

    def test_pictures_are_shown(self, client, ticket):
        page = client.get(self.address(ticket, Kind.PNG))
        assert page["Content-Type"] == "image/png"
        assert page["Content-Disposition"].startswith("inline")

    @pytest.mark.parametrize("kind", [Kind.PDF, Kind.TXT, Kind.EML])
    def test_all_else_is_a_download_nobody_guesses_about(self, client, ticket, kind):
        page = client.get(self.address(ticket, kind))
        assert page["Content-Type"] == "application/octet-stream"
        assert page["Content-Disposition"].startswith("attachment")

    @pytest.mark.parametrize("kind", [Kind.PNG, Kind.PDF, Kind.TXT, Kind.EML])
    def test_none_is_ever_a_page_of_ours(self, client, ticket, kind):
        page = client.get(self.address(ticket, kind))
        assert page["X-Content-Type-Options"] == "nosniff"
        assert page["Content-Security-Policy"] == "default-src 'none'; style-src 'none'; sandbox"
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "no-referrer"

    def test_another_ticket_does_not_open_them(self, client, ticket):
        other = a_report()
        key = ticket.attachments.first().key
        assert client.get(f"{other.private_path()}files/{key}/").status_code == 404
        assert client.get(f"/contact/{'x' * 24}/files/{key}/").status_code == 404

    def test_at_the_desk_they_are_for_volunteers(self, client, as_sami, as_mona, ticket):
        file = ticket.attachments.first()
        path = f"/desk/abuse/ticket/{ticket.pk}/files/{file.key}/"
        assert as_mona.get(path).status_code == 200
        assert as_sami.get(path).status_code in (302, 403)
        assert client.get(path).status_code == 302
        assert as_mona.get(f"/desk/abuse/ticket/{a_report().pk}/files/{file.key}/").status_code == 404

    def test_the_ticket_page_of_the_desk_leads_to_them(self, as_mona, ticket):
        page = as_mona.get(f"/desk/abuse/ticket/{ticket.pk}/change/").content.decode()
        for file in ticket.attachments.all():
            assert f"/desk/abuse/ticket/{ticket.pk}/files/{file.key}/" in page


@pytest.mark.django_db
class TestKeeping:
    def test_nobody_changes_or_removes_them(self, terms):
        file = a_report(attachments=[examine("a.txt", b"words")]).attachments.get()
        for change in (
            lambda: Attachment.objects.update(content=b"other"),
            lambda: Attachment.objects.update(size=1),
            lambda: file.delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()

    def test_they_are_forgotten_with_the_words(self, client, mona):
        ticket = a_ticket(State.CLOSED, by=mona, attachments=[examine("a.txt", b"words")])
        address = f"{ticket.private_path()}files/{ticket.attachments.get().key}/"
        forget(later(days=400))
        file = Attachment.objects.get()
        assert (file.name, file.content, file.sha256, file.size) == (None, None, None, 5)
        assert client.get(address).status_code == 404
