"""A task may answer a cancel with a value or an error of its own; then it was not cancelled."""
import asyncio

async def answers(how):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        if how == "error":
            raise ValueError("instead")
        return "instead"

async def main():
    value = asyncio.create_task(answers("value"))
    error = asyncio.create_task(answers("error"))
    await asyncio.sleep(0)
    print(value.cancel(), error.cancel())
    print(await value, value.cancelled(), value.cancelling())
    try:
        await error
    except ValueError as e:
        print(e, error.cancelled(), error.cancelling())
    print(value.cancel(), error.cancel(), value.cancelling())

asyncio.run(main())
