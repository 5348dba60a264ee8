"""readuntil over the limit takes nothing; `consumed` says how many bytes belong to no separator."""
import asyncio

async def serve(reader, writer):
    writer.write(b"0123456789;rest|" + b"x" * 20 + b";")
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=8)
    try:
        await reader.readuntil(b";")
    except asyncio.LimitOverrunError as error:
        print("too long", error.consumed)
        print(await reader.readexactly(error.consumed + 1))
    print(await reader.readuntil(b"|"))
    try:
        await reader.readuntil(b";")
    except asyncio.LimitOverrunError as error:
        print("too long again", error.consumed > 8)
    print(await reader.readexactly(20))
    print(await reader.readuntil(b";"), await reader.read())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()

asyncio.run(main())
