"""After write_eof the other direction stays open: the server reads to the end and then answers as long as it likes."""
import asyncio

async def serve(reader, writer):
    total = 0
    while chunk := await reader.read(1000):
        total += len(chunk)
    for part in (b"got ", str(total).encode(), b" bytes"):
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0)
    writer.close()
    await writer.wait_closed()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(10):
        writer.write(b"x" * 1234)
        await writer.drain()
    writer.write_eof()
    print(await reader.read())
    print(reader.at_eof())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()

asyncio.run(main())
