"""`make shape`: the figures of the house style. They ask questions; nothing fails because of them."""

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["chatons_portal", "transparency", "abuse", "accounts", "legal", "services", "outbox", "journal"]
LONG_FILE, LONG_FUNCTION, LONG_TEMPLATE, MANY_PARAMETERS, LONG_CSS = 300, 40, 150, 5, 800
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts and path.stat().st_size
    ]


def lines(path: Path) -> int:
    """Lines that say something."""
    return sum(1 for line in path.read_text().splitlines() if line.strip())


def functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, lines and parameters of each."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            arguments = node.args
            names = [one.arg for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
            count = len([name for name in names if name not in ("self", "cls")])
            yield (
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}",
                node.end_lineno - node.lineno + 1,
                count,
            )


def late_imports(path: Path) -> int:
    return sum(
        isinstance(inner, ast.Import | ast.ImportFrom)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, Function)
        for inner in ast.walk(node)
    )


def imports(paths: list[Path]) -> dict[str, set[str]]:
    """Module to module, ours only, at the top of the file."""
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                named = {f"{node.module}.{alias.name}" for alias in node.names}
                wanted = named if named <= modules.keys() else named | {node.module}
            elif isinstance(node, ast.Import):
                wanted = {alias.name for alias in node.names}
            else:
                continue
            graph[name] |= (wanted & modules.keys()) - {name}
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for neighbour in graph[node]:
            if neighbour not in index:
                visit(neighbour)
                low[node] = min(low[node], low[neighbour])
            elif neighbour in stack:
                low[node] = min(low[node], index[neighbour])
        if low[node] == index[node]:
            position = stack.index(node)
            group = stack[position:]
            del stack[position:]
            if len(group) > 1:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def row(name: str, sizes: list[int]) -> None:
    quantile = statistics.quantiles(sizes, n=10)[-1] if len(sizes) > 1 else sizes[0]
    print(
        f"{name:<24}{len(sizes):>6}{statistics.median(sizes):>9.0f}{quantile:>9.0f}{max(sizes):>9}{sum(sizes):>9}"
    )


def over(what: str, found: list[tuple[str, int]], limit: int) -> None:
    for name, size in sorted(found, key=lambda one: -one[1]):
        if size > limit:
            print(f"  {what} of {size} (over {limit}): {name}")


def main() -> int:
    code, tests = sources(*APPS), sources("tests")
    print(f"{'':<24}{'count':>6}{'median':>9}{'9 of 10':>9}{'max':>9}{'lines':>9}")
    row("files", [lines(path) for path in code])
    all_functions = [one for path in code for one in functions(path)]
    row("functions", [size for _, size, _ in all_functions])
    for app in APPS:
        row(f"  {app}", [lines(path) for path in sources(app)])
    row("test files", [lines(path) for path in tests])
    templates = sorted((ROOT / "templates").rglob("*.*"))
    row("templates", [lines(path) for path in templates])
    styles = sorted((ROOT / "static").rglob("*.css"))
    row("style sheets", [lines(path) for path in styles])

    print("\nQuestions")
    over("file", [(str(path.relative_to(ROOT)), lines(path)) for path in [*code, *tests]], LONG_FILE)
    over("function", [(name, size) for name, size, _ in all_functions], LONG_FUNCTION)
    over("parameters", [(name, count) for name, _, count in all_functions], MANY_PARAMETERS)
    over("template", [(str(path.relative_to(ROOT)), lines(path)) for path in templates], LONG_TEMPLATE)
    over("style sheets", [("static/", sum(map(lines, styles)))], LONG_CSS)
    over("late imports", [(str(path.relative_to(ROOT)), late_imports(path)) for path in code], 1)
    for circle in circles(imports(code)):
        print(f"  circle: {' > '.join(circle)}")

    ratio = sum(map(lines, tests)) / sum(map(lines, code))
    print(f"\ntest:code {ratio:.2f}")
    return 0


if __name__ == "__main__":
    subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%h %cs"], check=False)
    sys.exit(main())
