"""A future ends once: with a value, an error or a cancel. What comes after is refused."""
import asyncio

def attempt(what, *args):
    try:
        return what(*args)
    except asyncio.InvalidStateError:
        return "InvalidStateError"
    except asyncio.CancelledError:
        return "CancelledError"
    except ValueError as e:
        return str(e)

async def main():
    value, error, cancelled = (asyncio.get_running_loop().create_future() for _ in range(3))
    print(attempt(value.result), attempt(value.exception))
    value.set_result("value")
    error.set_exception(ValueError("error"))
    cancelled.cancel()
    for f in (value, error, cancelled):
        print(attempt(f.result), f.done(), f.cancelled(), f.cancel())
        print(attempt(f.set_result, "again"), attempt(f.set_exception, ValueError("again")))
    print(value.exception(), type(error.exception()).__name__, attempt(cancelled.exception))

asyncio.run(main())
