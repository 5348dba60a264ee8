"""What a task answers while it runs, with a value, with an error, and cancelled."""
import asyncio

def ask(what):
    try:
        return what()
    except asyncio.InvalidStateError:
        return "InvalidStateError"
    except asyncio.CancelledError:
        return "CancelledError"
    except ValueError as e:
        return f"ValueError: {e}"

def show(t):
    error = ask(t.exception)
    print(t.done(), t.cancelled(), ask(t.result), type(error).__name__ if isinstance(error, Exception) else error)

async def value(): return "value"
async def error(): raise ValueError("bad")

async def main():
    v, e, c = (asyncio.create_task(f) for f in (value(), error(), value()))
    show(v)
    c.cancel()
    show(c)
    await asyncio.wait([v, e, c])
    for t in (v, e, c): show(t)

asyncio.run(main())
