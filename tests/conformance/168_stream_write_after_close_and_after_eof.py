"""What is written after write_eof is an error, what is written after close is dropped; neither reaches the peer."""
import asyncio

async def main():
    received = asyncio.Queue()

    async def serve(reader, writer):
        await received.put(await reader.read())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"before")
    await writer.drain()
    writer.write_eof()
    writer.write_eof()
    try:
        writer.write(b"after")
    except RuntimeError:
        print("after the end")
    print(await received.get(), await reader.read())
    writer.close()
    await writer.wait_closed()

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"before")
    await writer.drain()
    print(writer.is_closing())
    writer.close()
    writer.close()
    print(writer.is_closing())
    try:
        writer.write(b"after")
        print("dropped")
    except OSError:
        print("closed")
    print(await received.get())
    server.close()
    await server.wait_closed()

asyncio.run(main())
