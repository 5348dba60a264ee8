"""close_clients ends the handlers that still run, so that wait_closed returns; the clients see the end."""
import asyncio

async def main():
    all_served = asyncio.Barrier(3)

    async def serve(reader, writer):
        try:
            print(await reader.readline())
            await all_served.wait()
            print("handler goes on after", await reader.read())
        except asyncio.CancelledError:
            print("handler cancelled")
            raise

    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        answer = await reader.read()
        writer.close()
        return answer

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clients = [asyncio.create_task(client(port)) for _ in range(2)]
    await all_served.wait()
    server.close()
    server.close_clients()
    await server.wait_closed()
    print(await asyncio.gather(*clients), server.is_serving())

asyncio.run(main())
