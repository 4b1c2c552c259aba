// Stations by npm's ocpp-rpc, which checks what it sends and gets against OCPP's schemas, and by
// npm's ws, which sends what it likes. Arguments: URL. Tells what it saw, as JSON.
import { createRequire } from "node:module";
import WebSocket from "ws";

const require = createRequire(import.meta.url);
const { RPCClient } = require("ocpp-rpc");
const endpoint = process.argv[2];
const seen = {};
const now = () => new Date().toISOString();

async function rpc(identity, options = {}) {
  const client = new RPCClient({
    endpoint, identity, protocols: ["ocpp1.6"], strictMode: true, reconnect: false, ...options,
  });
  await client.connect();
  return client;
}

const boot = { chargePointVendor: "ACME", chargePointModel: "Wall", firmwareVersion: "1.0" };
const reading = { timestamp: now(), sampledValue: [{ value: "1.5", unit: "kWh", context: "Sample.Clock" }] };

// Every action of a station, valid, in strict mode: the answers are checked against the schemas.
{
  const client = await rpc("RDAM 123");
  seen.protocol = client.protocol;
  const calls = [
    ["BootNotification", boot],
    ["Authorize", { idTag: "TAG" }],
    ["Heartbeat", {}],
    ["StatusNotification", { connectorId: 1, errorCode: "NoError", status: "Preparing", timestamp: now() }],
    ["StartTransaction", { connectorId: 1, idTag: "TAG", meterStart: 0, timestamp: now() }],
    ["MeterValues", { connectorId: 1, meterValue: [reading] }],
    ["StopTransaction", { transactionId: 1, meterStop: 10, timestamp: now(), reason: "Local", transactionData: [reading] }],
    ["DataTransfer", { vendorId: "org.example", data: "x" }],
    ["DiagnosticsStatusNotification", { status: "Idle" }],
    ["FirmwareStatusNotification", { status: "Installed" }],
    ["LogStatusNotification", { status: "Idle", requestId: 1 }],
    ["SecurityEventNotification", { type: "FirmwareUpdated", timestamp: now() }],
    ["SignCertificate", { csr: "none" }],
    ["SignedFirmwareStatusNotification", { status: "Downloading", requestId: 1 }],
  ];
  seen.answers = {};
  for (const [action, payload] of calls) {
    try {
      seen.answers[action] = await client.call(action, payload);
    } catch (error) {
      seen.answers[action] = String(error.rpcErrorCode ?? error);
    }
  }
  await client.close();
}

// The same client without its own checks: what is wrong comes back as the error of the protocol.
{
  const client = await rpc("RDAM 123", { strictMode: false });
  seen.errors = {};
  const wrong = [
    ["Nonsense", {}], ["Reset", { type: "Hard" }], ["Authorize", {}], ["Authorize", { idTag: 7 }],
    ["Authorize", { idTag: "x".repeat(21) }], ["Heartbeat", { extra: 1 }],
  ];
  for (const [action, payload] of wrong) {
    const name = action + " " + Object.values(payload).join("").slice(0, 4);
    seen.errors[name] = await client.call(action, payload).then(() => "answered", (e) => e.rpcErrorCode ?? e.code);
  }
  await client.close();
}

// By hand: frames that are none, a flood, protocols, sizes.
function raw(identity, protocols, script) {
  return new Promise((resolve) => {
    const got = [];
    const socket = new WebSocket(`${endpoint}/${encodeURIComponent(identity)}`, protocols);
    socket.on("message", (data) => got.push(JSON.parse(data)));
    socket.on("open", () => script(socket));
    socket.on("error", (error) => resolve({ error: error.message }));
    socket.on("close", (code) => resolve({ code, got, protocol: socket.protocol }));
  });
}
const say = (...texts) => (socket) => {
  for (const text of texts) socket.send(text);
  socket.send('[2,"last","Heartbeat",{}]');
  socket.on("message", (data) => { if (String(data).startsWith('[3,"last"')) socket.close(); });
};
seen.malformed = await raw("RDAM 123", ["ocpp1.6"], say(
  "", "{", "[]", "null", "[2]", '[2,"a"]', '[2,"b","Heartbeat"]', "[2,3,\"Heartbeat\",{}]", '[9,"c",{}]',
  '[3,"none",{}]', '[2,"d","Heartbeat",[]]', '[2,"e","Heartbeat",{},{}]', `[2,"${"f".repeat(37)}","Heartbeat",{}]`,
  '[2,"last2","Heartbeat",' + "[".repeat(40) + "]".repeat(40) + "]"));
seen.flood = await raw("RDAM 123", ["ocpp1.6"], (socket) => {
  for (let i = 0; i < 200; ++i) socket.send("{}");
});
seen.large = await raw("RDAM 123", ["ocpp1.6"], (socket) => socket.send(" ".repeat(300_000)));
seen.other = await raw("RDAM 123", ["ocpp2.0.1"], () => {});
seen.unknown = await raw("nobody", ["ocpp1.6"], () => {});
seen.before = await raw("fresh", ["ocpp1.6"], (socket) => {
  socket.send('[2,"1","Heartbeat",{}]');
  socket.on("message", () => socket.close());
});

// The newest connection wins.
{
  const first = await rpc("RDAM 123");
  const ended = new Promise((resolve) => first.once("close", ({ code }) => resolve(code)));
  const second = await rpc("RDAM 123");
  seen.replaced = await ended;
  seen.newest = Object.keys(await second.call("Heartbeat", {}));
  await second.close();
}
console.log(JSON.stringify(seen));
process.exit(0);
