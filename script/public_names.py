"""What the public headers declare, and what their `///` says of it. For script/check and the tests of the house."""

import pathlib
import re
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADERS = ROOT / "include/rota"

KIND = r"(namespace|class|struct|union|enum)\b(?:\s*(?:class\b|\[\[.*?\]\]|ROTA_API))*\s*([\w:]*)"
NO_NAME = r"\[\[.*?\]\]|\bfunction<.*?\)>|\brequires\s*\(.*?\)\)?|\bdecltype\(.*?\)"


@dataclass
class Declaration:
    classes: list  # the names of the enclosing classes
    public: bool   # for users: in no namespace `detail`, and no private member
    head: str      # the text up to its body or semicolon, without its template<...>
    doc: str       # the text of the `///` above it, without the slashes
    line: int


def without_comments(text):
    """Comments and preprocessor lines blanked out: every place stays where it was."""
    return re.sub(r"//[^\n]*|/\*.*?\*/|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
                  lambda cut: re.sub(r"[^\n]", " ", cut[0]), text, flags=re.S | re.M)


def without_template(head):
    """`head` without a `template <...>` in front of it."""
    while opening := re.match(r"template\s*<", head):
        depth, at = 1, opening.end()
        while depth:
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[at:].strip()
    return head


def doc_above(lines, line):
    """The `///` above `line`, or above the declarations that stand directly over it: one may speak for several."""
    at = line - 1
    while at > 0 and (above := lines[at - 1].strip()) and not above.startswith("///"):
        if re.match(r"(public|private|protected):|.*\{$", above) and not re.search(r"[)]|const", above):
            break
        at -= 1
    said = []
    while at > 0 and lines[at - 1].lstrip().startswith("///"):
        said.insert(0, lines[at - 1].strip().removeprefix("///").strip())
        at -= 1
    return "\n".join(said)


def declarations(header):
    """The Declarations of a header, in order."""
    original = header.read_text()
    text = without_comments(original)
    lines = original.split("\n")
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
        first = text.find(head, start) if head else start
        start = at + 1
        if sign == "}":
            stack.pop()
            continue
        line = text.count("\n", 0, first) + 1
        head = without_template(head)
        kind = re.match(KIND, head, re.S)
        hidden = any("detail" in name.split("::") or not public for _, name, public in stack)
        around = [name for inside, name, _ in stack if inside != "namespace"]
        if all(inside in ("namespace", "class", "struct") for inside, _, _ in stack) and head:
            if not kind or kind[1] != "namespace":
                yield Declaration(around, not hidden, head, doc_above(lines, line), line)
        if sign == "{":
            if kind:
                # `namespace rota::inline v0::detail` has a word within its name.
                name = head.removeprefix("namespace").strip() if kind[1] == "namespace" else kind[2]
                stack.append([kind[1], name, kind[1] != "class"])
            else:
                stack.append(["body", "", True])


def declared_name(head):
    """What `head` declares: a function's, class's, alias's or constant's name; None where it is none of these, or is only a
    redeclaration, a friend or a deleted function."""
    if re.match(r"(friend|static_assert|extern template|template\b)", head) or re.search(r"=\s*delete$", head):
        return None
    kind = re.match(KIND, head, re.S)
    if kind:
        # A specialisation, or a name announced for who comes later, is not where it is explained.
        return kind[2] or None
    if alias := re.match(r"using\s+(\w+)\s*=", head):
        return alias[1]
    if re.match(r"using\b", head):
        return None
    if concept := re.match(r"concept\s+(\w+)", head):
        return concept[1]
    blanked = re.sub(NO_NAME, lambda cut: " " * len(cut[0]), head, flags=re.S)
    operator = re.search(r"(::\s*)?\boperator\s*(co_await|bool|[^\s\w(]+|\(\))", blanked)
    if operator:
        return None if operator[1] else "operator " + operator[2]
    called = re.search(r"(::\s*|~)?\b(\w+)\s*\(", blanked)
    variable = re.match(r"[^(=]*?\b(\w+)\s*(?:=|$)", blanked, re.S)
    if variable and (not called or variable.end() <= called.start()):
        return None if "::" in blanked.split("=")[0].split()[-1] else variable[1]
    if called:
        return None if called[1] else called[2]
    return None


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


def public_headers():
    return sorted(path for path in HEADERS.rglob("*.hpp") if "detail" not in path.parts)
