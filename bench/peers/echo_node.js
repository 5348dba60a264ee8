// echo_node.js --port P: as Node writes it.
const net = require('net');

const port = Number(process.argv[3]);
const server = net.createServer({noDelay: true}, (peer) => {
    peer.on('data', (data) => peer.write(data));
    // Load generators leave by reset.
    peer.on('error', () => {});
});
server.listen({port, host: '127.0.0.1', backlog: 4096}, () => console.log(`listening on 127.0.0.1:${port}`));
