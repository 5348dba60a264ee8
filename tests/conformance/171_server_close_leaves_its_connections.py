"""close stops accepting and leaves the connections; wait_closed returns when the last of them is gone."""
import asyncio

async def main():
    async def serve(reader, writer):
        while line := await reader.readline():
            writer.write(b"echo " + line)
            await writer.drain()
        print("connection ends")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(server.is_serving(), len(server.sockets))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"a\n")
    print(await reader.readline())
    server.close()
    server.close()
    print(server.is_serving(), len(server.sockets))
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        print("refused")
    waiting = asyncio.create_task(server.wait_closed())
    writer.write(b"b\n")
    print(await reader.readline(), waiting.done())
    writer.close()
    await writer.wait_closed()
    await waiting
    print("closed")

asyncio.run(main())
