"""Each awaitable of the public headers is tortured: names found in the headers against those that the tests here give."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
AREAS = ("core", "combine", "sync", "io", "net", "thread")


KIND = r"(namespace|class|struct|union|enum)\b(?:\s*(?:class\b|\[\[.*?\]\]|ROTA_API))*\s*([\w:]*)"
NO_NAME = r"\[\[.*?\]\]|\brequires\s*\(.*?\)\)?|\bdecltype\(.*?\)"


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/|^\s*#[^\n]*", "", text, flags=re.S | re.M)


def without_template(head):
    """`head` without a `template <...>` in front of it."""
    while opening := re.match(r"template\s*<", head):
        depth, at = 1, opening.end()
        while depth:
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[at:].strip()
    return head


def declarations(text):
    """(names of the enclosing classes, whether it is public, the declaration's text)"""
    stack = []  # [kind, name, whether members are public now]
    start = 0
    depth = 0  # of parentheses, in which braces are default arguments
    for at, sign in enumerate(text):
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        if depth or sign not in "{};":
            continue
        head = text[start:at].strip()
        while access := re.match(r"(public|private|protected)\s*:(?!:)", head):
            stack[-1][2] = access[1] == "public"
            head = head[access.end():].strip()
        start = at + 1
        if sign == "}":
            stack.pop()
            continue
        head = without_template(head)
        kind = re.match(KIND, head, re.S)
        if sign == "{" and kind:
            name = kind[2]
            stack.append([kind[1], name, kind[1] != "class"])
            continue
        if all(kind in ("namespace", "class", "struct") for kind, _, _ in stack):
            hidden = any("detail" in name.split("::") or not public for _, name, public in stack)
            yield [name for kind, name, _ in stack if kind != "namespace"], not hidden, head
        if sign == "{":
            stack.append(["body", "", True])


def awaitable_name(head):
    """The name of the function where `head` declares one that gives something to await."""
    if "=" in head and head.rstrip().endswith("delete") or re.search(r"\bfriend\b|\busing\b", head):
        return None
    blanked = re.sub(NO_NAME, lambda cut: " " * len(cut[0]), head, flags=re.S)
    found = re.search(r"(::)?\b(operator\s+co_await|\w+)\s*\(", blanked)
    if not found or found[1]:  # a member's body outside its class
        return None
    if found[2].startswith("operator"):
        return "co_await" if found[2].endswith("co_await") else None
    before, after = head[:found.start()], head[found.start():]
    gives = re.search(r"\bcoro<|_awaiter\b|\bgroup_join\b", before) or re.search(r"->\s*coro<", after)
    if gives or (re.search(r"\bauto\b", before) and "nodiscard" in before):
        return found[2]
    return None


def awaitables():
    names = set()
    for area in AREAS:
        for header in sorted((ROOT / "include/rota" / area).glob("*.hpp")):
            for classes, public, head in declarations(without_comments(header.read_text())):
                name = awaitable_name(head) if public else None
                if name:
                    names.add(".".join([*classes[-1:], name]))
    # Not public by name: what all queues have in common. And what can be awaited, but is a handle first.
    queue = without_comments((ROOT / "include/rota/sync/queue.hpp").read_text())
    for found in re.finditer(r"\[\[nodiscard\]\]\s+\w+_awaiter<\w+>\s+(\w+)\(", queue):
        names.add("queue." + found[1])
    names.add("create_task")
    return names


def tortured():
    names = set()
    for source in sorted(pathlib.Path(__file__).parent.glob("*_test.cpp")):
        for listed in re.findall(r'\btorture<.*?>\(\s*"([^"]+)"', source.read_text(), re.S):
            listed = listed.partition("/")[0]
            names.update(name.strip() for name in listed.split(","))
    return names


def main():
    there, done = awaitables(), tortured()
    for name in sorted(there - done):
        print(f"{name} is awaitable, and no scenario in tests/torture tortures it")
    for name in sorted(done - there):
        print(f"{name} is tortured by tests/torture, and no public header has it")
    if len(there) < 40:
        print(f"only {len(there)} awaitables were found in the headers: {sorted(there)}")
        return 1
    print(f"{len(there)} awaitables: {', '.join(sorted(there))}")
    return 1 if there != done else 0


sys.exit(main())
