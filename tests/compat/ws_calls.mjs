// Talks to an echo with npm's `ws`; prints what happened as JSON. usage: node ws_calls.mjs URL
import { createHash, randomBytes } from "node:crypto";
import WebSocket from "ws";

const url = process.argv[2];

function connect(options, protocols = []) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols, options);
    socket.inbox = [];
    socket.waiting = [];
    socket.on("message", (data, binary) => {
      const take = socket.waiting.shift();
      if (take) take({ data, binary });
      else socket.inbox.push({ data, binary });
    });
    socket.on("open", () => resolve(socket));
    socket.on("error", reject);
  });
}

function receive(socket) {
  if (socket.inbox.length > 0) return Promise.resolve(socket.inbox.shift());
  return new Promise((resolve) => socket.waiting.push(resolve));
}

function closed(socket) {
  return new Promise((resolve) => socket.on("close", (code, reason) => resolve([code, String(reason)])));
}

/** Whether a message comes back as it went. */
async function echoes(socket, message, options = {}) {
  socket.send(message, options);
  const got = await receive(socket);
  return got.binary === Buffer.isBuffer(message) && Buffer.from(message).equals(got.data);
}

async function inFragments(socket) {
  const parts = ["one ", "t\u00fco ", "", "three \u{1f600}"];
  parts.forEach((part, i) => {
    socket.send(part, { fin: i === parts.length - 1 });
    if (i === 1) socket.ping("between");
  });
  return String((await receive(socket)).data) === parts.join("");
}

async function exercise(options) {
  const socket = await connect(options, ["first", "second"]);
  const pongs = [];
  socket.on("pong", (data) => pongs.push(String(data)));
  const result = { protocol: socket.protocol, extensions: socket.extensions, echoes: [] };
  for (const size of [0, 1, 125, 126, 1000, 65535, 65536, 1 << 20]) {
    result.echoes.push(await echoes(socket, "t".repeat(size)));
    result.echoes.push(await echoes(socket, randomBytes(size)));
  }
  result.echoes.push(await inFragments(socket));
  const many = Array.from({ length: 500 }, (_, i) => `${i} ${createHash("sha256").update(String(i)).digest("hex").repeat(20)}`);
  many.forEach((text) => socket.send(text));
  for (const text of many) result.echoes.push(String((await receive(socket)).data) === text);
  result.pongs = pongs;
  const end = closed(socket);
  socket.close(4001, "done");
  result.closed = await end;
  return result;
}

async function closedByServer(text) {
  const socket = await connect({});
  const end = closed(socket);
  socket.send(text);
  return end;
}

const windows = { clientMaxWindowBits: 10, serverMaxWindowBits: 10 };
console.log(JSON.stringify({
  plain: await exercise({ perMessageDeflate: false }),
  deflate: await exercise({ perMessageDeflate: { threshold: 0 } }),
  windows: await exercise({ perMessageDeflate: { threshold: 0, ...windows } }),
  asked: await closedByServer("close 4777 as asked"),
  tooLarge: await closedByServer("x".repeat((1 << 20) + 1)),
  refused: await connect({ origin: "https://elsewhere" }).then(() => "open", (error) => error.message),
}));
