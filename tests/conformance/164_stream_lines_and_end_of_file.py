"""readline gives lines with their ends, a last one without, then nothing; at_eof: all is read."""
import asyncio

async def serve(reader, writer):
    writer.write(b"one\n\ntwo\nlast")
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    print(reader.at_eof())
    for _ in range(6):
        print(await reader.readline())
    print(await reader.read(10), await reader.read(), reader.at_eof())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()

asyncio.run(main())
