// udp_node.js --port P: as Node writes it.
const dgram = require('dgram');

const port = Number(process.argv[3]);
const endpoint = dgram.createSocket('udp4');
endpoint.on('message', (data, from) => endpoint.send(data, from.port, from.address));
endpoint.bind(port, '127.0.0.1', () => console.log(`listening on 127.0.0.1:${port}`));
