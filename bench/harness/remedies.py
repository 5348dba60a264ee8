"""What would have to change where Rota is behind its best peer: the one part of docs/performance.md that a person wrote."""

_THROW = ("An error, a cancel as well, is thrown, and unwinding a frame costs more than all the rest; tokio drops what it cancels without "
          "running it. Less would take coroutines that end without running their `catch` blocks.")
_CALL = "Go calls functions where Rota makes coroutines, which a compiler that puts their frames into the caller's would come near to."
_MANY = ("A message goes through a task's turn, a stream and two operations that can be cancelled, over a thousand instructions where a "
         "loop by hand has sixty; and what was received is held until its owner's turn. Less would take answering within the look at the "
         "world, out of the order in which tasks became ready.")

# By the beginning of the row's name; the longest that fits counts.
_BY_ROW = {
    "call": _CALL,
    "timeout_fires": _THROW,
    "cancel": _THROW,
    "channel": "A receiver that has emptied it sleeps, and its loop is woken by the kernel; Go's goes on in the thread that has sent.",
    "xthread": "Two wake-ups by the kernel are nearly all of it.",
    "tothread": "Two wake-ups by the kernel are nearly all of it.",
    "echo": _MANY,
    "tls": "OpenSSL is nearly all of what is not the kernel's: records are put into memory for it, and taken from there.",
    "udp": "A datagram goes through a task's turn and two operations that can be cancelled, and is held until its owner's turn.",
    "connect": "A connection is a task with a stream, a handler's frame, and the text of the error by which it was reset.",
    "idle": "A connection is a task: what it is, where it stands and what it waits for can be told of each. libuv's program has a handle.",
    "size": "Which engine is taken, the simulated one too, is chosen when the program runs, so that each program has all of them.",
}


def of(name):
    """A sentence or two on the row; nothing where nobody has written one."""
    fitting = [each for each in _BY_ROW if name.startswith(each)]
    return _BY_ROW[max(fitting, key=len)] if fitting else ""
