"""tls_asyncio.py [--uvloop] --cert FILE --key FILE --port P: as asyncio writes it, with streams."""
import asyncio
import ssl
import sys


async def echo(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass  # load generators leave by reset
    finally:
        writer.close()


async def main(certificate, key, port):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(echo, "127.0.0.1", port, ssl=context, backlog=4096)
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await server.serve_forever()


if "--uvloop" in sys.argv:
    import uvloop
    uvloop.install()
asyncio.run(main(sys.argv[-5], sys.argv[-3], int(sys.argv[-1])))
