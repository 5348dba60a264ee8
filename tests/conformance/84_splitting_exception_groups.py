"""A group is split by type, groups within it too, and keeps its message and its order."""
def show(error):
    if isinstance(error, ExceptionGroup): return [show(e) for e in error.exceptions]
    return None if error is None else f"{type(error).__name__} {error.args[0]}"

inner = ExceptionGroup("inner", [ValueError("in"), KeyError("in")])
group = ExceptionGroup("outer", [ValueError("out"), inner, ZeroDivisionError("out")])
print(group.message, show(group))
for types in (ValueError, KeyError, (ValueError, ZeroDivisionError), OSError, Exception):
    match, rest = group.split(types)
    print(show(match), "|", show(rest))
part = group.subgroup(KeyError)
print(part.message, part.exceptions[0].message)
print(show(group.subgroup(ExceptionGroup)), group.subgroup(OSError))
try:
    ExceptionGroup("empty", [])
except ValueError:
    print("no empty groups")
try:
    try:
        raise group
    except* ValueError as caught:
        print("caught", show(caught))
except ExceptionGroup as rest:
    print("left", rest.message, show(rest))
