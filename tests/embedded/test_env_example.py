"""`.env.example` names every variable that is read, and no other, each with a line that says what it is."""

import ast
import re

from tests.servers import ROOT, variables_of_the_portal

EXAMPLE = (ROOT / ".env.example").read_text()
# Facts of the process, not of the portal.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "MAKELEVEL", "PYTHONDONTWRITEBYTECODE", "PATH"}


def read_by_settings():
    """First arguments of env(...), env.int(...) and the like."""
    for node in ast.walk(ast.parse((ROOT / "chatons_portal" / "settings.py").read_text())):
        asks = isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] == "env" and node.args
        if asks and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value


def read_by_the_ground():
    for path in (ROOT / "chatons_portal" / "embedded").glob("*.py"):
        text = path.read_text()
        yield from re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", text)
        yield from re.findall(r"number\(\"([A-Z_]+)\"", text)


def test_names_exactly_what_is_read():
    read = (set(read_by_settings()) | set(read_by_the_ground())) - NOT_OURS
    assert read == set(variables_of_the_portal())


def test_says_what_each_is():
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#? ?[A-Z][A-Z0-9_]+=", line):
            above = lines[number - 1]
            assert re.match(r"# \S", above) or re.match(r"#? ?[A-Z]", above), line


def test_names_nothing_twice():
    names = variables_of_the_portal()
    assert len(names) == len(set(names))
