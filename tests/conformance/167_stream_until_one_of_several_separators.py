"""readuntil takes several separators: the one that ends first wins, however many more match behind it."""
import asyncio

async def serve(reader, writer):
    writer.write(b"a\r\nb\nc;d\r\n\r\ne|")
    await writer.drain()
    writer.write(b"half a record")
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        print(await reader.readuntil((b"\n", b"\r\n", b";")))
    print(await reader.readuntil((b"\r\n\r\n", b"|")))
    print(await reader.readuntil((b"|",)))
    try:
        await reader.readuntil((b";", b"end"))
    except asyncio.IncompleteReadError as error:
        print("partial", error.partial, "expected", error.expected)
    for none in ((), (b"",), (b";", b"")):
        try:
            await reader.readuntil(none)
        except ValueError:
            print("no separator")
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()

asyncio.run(main())
