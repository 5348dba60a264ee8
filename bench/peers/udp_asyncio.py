"""udp_asyncio.py [--uvloop] --port P: as asyncio writes it, with a protocol."""
import asyncio
import sys


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(data, addr)


async def main(port):
    await asyncio.get_running_loop().create_datagram_endpoint(Echo, ("127.0.0.1", port))
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if "--uvloop" in sys.argv:
    import uvloop
    uvloop.install()
asyncio.run(main(int(sys.argv[-1])))
