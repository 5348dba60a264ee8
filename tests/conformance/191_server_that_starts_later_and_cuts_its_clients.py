"""A server that is not to start at once refuses until it is; abort_clients ends connections without a cancel."""
import asyncio

async def handler(reader, writer):
    try:
        writer.write(await reader.readline())
        await reader.read()
        print("the handler's read has ended")
    except OSError:
        print("the handler's read has ended")
    except asyncio.CancelledError:
        print("not reached")
    writer.close()

async def attempt(port):
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        print("refused")
        return None
    print("connected")
    return reader, writer

async def main():
    server = await asyncio.start_server(handler, "127.0.0.1", 0, start_serving=False)
    port = server.sockets[0].getsockname()[1]
    print(server.is_serving(), server.get_loop() is asyncio.get_running_loop())
    await attempt(port)
    await server.start_serving()
    await server.start_serving()
    print(server.is_serving())
    reader, writer = await attempt(port)
    writer.write(b"line\n")
    print(await reader.readline())
    await asyncio.sleep(0.01)
    server.abort_clients()
    print(await reader.read(), server.is_serving())
    writer.close()
    await asyncio.sleep(0.01)
    server.close()
    await server.wait_closed()
    print(server.is_serving())

asyncio.run(main())
