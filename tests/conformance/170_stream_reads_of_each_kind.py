"""read(0) gives nothing at once, read(n) at most n, readexactly gathers many small writes, read(-1) all to the end."""
import asyncio

async def serve(reader, writer):
    for i in range(50):
        writer.write(b"%d," % i)
        await writer.drain()
        if i % 10 == 0:
            await asyncio.sleep(0)
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    print(await reader.read(0))
    first = await reader.read(2)
    print(1 <= len(first) <= 2)
    print(first + await reader.readexactly(20 - len(first)))
    print(await reader.readuntil(b"19,"))
    rest = await reader.read(-1)
    print(len(rest), rest[-6:])
    print(await reader.read(0))
    print(await reader.read(5))
    print(await reader.read(-1), reader.at_eof())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()

asyncio.run(main())
