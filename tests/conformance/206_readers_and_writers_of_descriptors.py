"""A reader is called for as long as there is something to read, a writer as long as there is room."""
import asyncio, socket

async def main():
    loop = asyncio.get_running_loop()
    near, far = socket.socketpair()
    near.setblocking(False)
    done = loop.create_future()
    said = []

    def readable(what):
        byte = near.recv(1)
        said.append(f"{what} {byte.decode()}")
        if byte == b"c":
            done.set_result("all")

    loop.add_reader(near, readable, "first")
    loop.add_reader(near, readable, "second")
    far.send(b"abc")
    print(await done, said)
    print(loop.remove_reader(near), loop.remove_reader(near))

    calls = 0
    enough = loop.create_future()

    def writable():
        nonlocal calls
        calls += 1
        if calls == 3:
            print("removed:", loop.remove_writer(near))
            enough.set_result(None)

    loop.add_writer(near, writable)
    await enough
    await asyncio.sleep(0.01)
    print("calls:", calls)

    told = []
    loop.set_exception_handler(lambda loop, context: told.append(str(context["exception"])))
    again = loop.create_future()

    def fails():
        if not told:
            raise RuntimeError("at first")
        loop.remove_reader(near)
        again.set_result(None)

    loop.add_reader(near, fails)
    far.send(b"d")
    await again
    print(told)

    far.close()
    ended = loop.create_future()

    def at_end():
        data = near.recv(10)
        if not data:
            loop.remove_reader(near)
            ended.set_result("end")

    loop.add_reader(near, at_end)
    print(await ended)
    near.close()

asyncio.run(main())
