// The echo server's part that is measured, by Node's socket.io: node peer.mjs PORT

import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
// As long as lighttpd keeps an idle connection, instead of 5 s.
server.keepAliveTimeout = 30000;
const io = new Server(server, {
  transports: ['polling'],
  pingInterval: 25000,
  pingTimeout: 20000,
  serveClient: false,
});
io.on('connection', (socket) => {
  socket.emit('auth', socket.handshake.auth);
  socket.on('message-with-ack', (...args) => args.pop()(...args));
});
server.listen(Number(process.argv[2]), '127.0.0.1', 1024);
