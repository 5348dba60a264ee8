"""Each client has a handler of its own; they take turns, and each gets its own answers in order."""
import asyncio

async def main():
    clients, order = 3, []
    all_here = asyncio.Barrier(clients)

    async def serve(reader, writer):
        name = await reader.readexactly(1)
        await all_here.wait()
        for i in range(3):
            writer.write(name + b"%d\n" % i)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def client(port, name):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(name)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        order.append(name)
        return answer

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for answer in await asyncio.gather(*(client(port, n) for n in (b"a", b"b", b"c"))):
        print(answer)
    print(len(order))
    server.close()
    await server.wait_closed()

asyncio.run(main())
