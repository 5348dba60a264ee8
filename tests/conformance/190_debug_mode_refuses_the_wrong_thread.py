"""In debug mode call_soon, call_later and call_at refuse to be called from another thread, where only
call_soon_threadsafe may be."""
import asyncio
import threading

async def main():
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def from_outside():
        for name, call in [
            ("call_soon", lambda: loop.call_soon(print, "never")),
            ("call_later", lambda: loop.call_later(0.001, print, "never")),
            ("call_at", lambda: loop.call_at(loop.time(), print, "never")),
        ]:
            try:
                call()
                print(name, "took it")
            except RuntimeError:
                print(name, "refuses")
        loop.call_soon_threadsafe(done.set_result, "by call_soon_threadsafe")

    thread = threading.Thread(target=from_outside)
    thread.start()
    thread.join()
    print(await done)
    await asyncio.sleep(0.01)

asyncio.run(main(), debug=True)
