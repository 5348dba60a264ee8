// tls_node.js --cert FILE --key FILE --port P: as Node writes it.
const fs = require('fs');
const tls = require('tls');

const [, , , cert, , key, , port] = process.argv;
const server = tls.createServer({cert: fs.readFileSync(cert), key: fs.readFileSync(key), noDelay: true}, (peer) => {
    peer.on('data', (data) => peer.write(data));
    // Load generators leave by reset.
    peer.on('error', () => {});
});
server.listen({port: Number(port), host: '127.0.0.1', backlog: 4096}, () => console.log(`listening on 127.0.0.1:${port}`));
