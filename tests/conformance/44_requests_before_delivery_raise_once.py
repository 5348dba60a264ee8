"""Three requests before the task's turn raise one error and count three; taken back one by one they are gone."""
import asyncio

async def stubborn():
    me = asyncio.current_task()
    raised = 0
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raised += 1
    print([me.cancelling(), me.uncancel(), me.uncancel(), me.uncancel(), me.uncancel()])
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        raised += 1
    return raised

async def main():
    t = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    print(t.cancel(), t.cancel(), t.cancel())
    print("raised", await t)

asyncio.run(main())
