"""Errors of callbacks, of forgotten tasks and of tasks that run cancels at its end go to the exception handler."""
import asyncio

async def fails(error):
    raise error

async def fails_on_cancel():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise ValueError("while stopping") from None

async def swallows():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        asyncio.current_task().uncancel()
    await asyncio.sleep(0)
    print("ended late")

def callback():
    raise RuntimeError("callback")

async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print("handler:", context["exception"]))
    loop.call_soon(callback)
    await asyncio.sleep(0)
    asyncio.create_task(fails(ValueError("forgotten")))
    for _ in range(3): await asyncio.sleep(0)
    asked = asyncio.create_task(fails(ValueError("asked")))
    await asyncio.wait([asked])
    print("asked:", asked.exception())
    asyncio.create_task(fails_on_cancel())
    asyncio.create_task(swallows())
    await asyncio.sleep(0)
    print("main ends")

asyncio.run(main())
print("after run")
