"""readexactly and readuntil at an early end give what had come in the error, and that is taken from the stream."""
import asyncio

async def serve(reader, writer):
    writer.write(b"12345678")
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for separator in (None, b"|"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        print(await reader.readexactly(3), await reader.readexactly(0))
        for _ in range(2):
            try:
                if separator:
                    await reader.readuntil(separator)
                else:
                    await reader.readexactly(10)
            except asyncio.IncompleteReadError as error:
                print("partial", error.partial, "expected", error.expected)
        print(await reader.readexactly(0), await reader.read(), reader.at_eof())
        writer.close()
        await writer.wait_closed()
    server.close()
    await server.wait_closed()

asyncio.run(main())
