// npm's `ocpp-rpc` as a backend with strict validation: takes what one simulated station says, asks
// it everything that OCPP 1.6 and its security whitepaper know, and prints what it saw as JSON.
// First line: the port it listens on. Ends by itself.
import rpc from "ocpp-rpc";

const { RPCServer } = rpc;
const seen = { calls: {}, answers: {}, bad: [], tagOfStart: null, password: null };
let transactions = 40;

const server = new RPCServer({ protocols: ["ocpp1.6"], strictMode: true });
server.auth((accept, reject, handshake) => {
  seen.password = handshake.password && handshake.password.toString();
  accept();
});

const replies = {
  BootNotification: () => ({
    status: "Accepted", interval: 300, currentTime: new Date().toISOString(),
  }),
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  Authorize: () => ({ idTagInfo: { status: "Accepted" } }),
  StartTransaction: ({ params }) => {
    seen.tagOfStart = params.idTag;
    transactions += 1;
    return { transactionId: transactions, idTagInfo: { status: "Accepted" } };
  },
  StopTransaction: () => ({ idTagInfo: { status: "Accepted" } }),
  DataTransfer: () => ({ status: "Accepted" }),
  SignCertificate: () => ({ status: "Accepted" }),
};

const waiting = [];
function note(method) {
  seen.calls[method] = (seen.calls[method] ?? 0) + 1;
  for (const one of [...waiting]) one();
}
// Until the station has said something that often.
function said(method, times = 1) {
  return new Promise((resolve) => {
    const look = () => {
      if ((seen.calls[method] ?? 0) >= times) {
        waiting.splice(waiting.indexOf(look), 1);
        resolve();
      }
    };
    waiting.push(look);
    look();
  });
}

const later = new Date(Date.now() + 3600_000).toISOString();
const profile = (purpose, more = {}) => ({
  chargingProfileId: 3, stackLevel: 1, chargingProfilePurpose: purpose,
  chargingProfileKind: "Absolute", ...more,
  chargingSchedule: {
    chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.5 }],
  },
});
const hash = { hashAlgorithm: "SHA256", issuerNameHash: "1", issuerKeyHash: "2" };
const script = [
  ["GetConfiguration", {}],
  ["ChangeConfiguration", { key: "MeterValueSampleInterval", value: "1" }],
  ["ClearCache", {}],
  ["DataTransfer", { vendorId: "else" }],
  ["GetLocalListVersion", {}],
  ["SendLocalList", { listVersion: 1, updateType: "Full", localAuthorizationList: [
    { idTag: "ANN", idTagInfo: { status: "Accepted" } }] }],
  ["ReserveNow", { connectorId: 1, expiryDate: later, idTag: "ANN", reservationId: 5 }],
  ["CancelReservation", { reservationId: 5 }],
  ["ReserveNow", { connectorId: 2, expiryDate: later, idTag: "ANN", reservationId: 6 }],
  ["RemoteStartTransaction", { connectorId: 2, idTag: "ANN", chargingProfile: profile("TxProfile") }],
  async () => said("MeterValues", 2),
  ["SetChargingProfile", { connectorId: 0, csChargingProfiles: profile("ChargePointMaxProfile") }],
  ["GetCompositeSchedule", { connectorId: 2, duration: 600, chargingRateUnit: "A" }],
  ["ClearChargingProfile", { id: 3 }],
  ["TriggerMessage", { requestedMessage: "MeterValues", connectorId: 2 }],
  ["TriggerMessage", { requestedMessage: "Heartbeat" }],
  ["ExtendedTriggerMessage", { requestedMessage: "LogStatusNotification" }],
  ["RemoteStopTransaction", { transactionId: 41 }],
  async () => said("StopTransaction"),
  ["UnlockConnector", { connectorId: 1 }],
  ["ChangeAvailability", { connectorId: 1, type: "Inoperative" }],
  ["GetDiagnostics", { location: "http://127.0.0.1/" }],
  ["UpdateFirmware", { location: "http://127.0.0.1/", retrieveDate: new Date().toISOString() }],
  ["GetLog", { logType: "SecurityLog", requestId: 1, log: { remoteLocation: "http://127.0.0.1/" } }],
  ["SignedUpdateFirmware", { requestId: 2, firmware: { location: "http://127.0.0.1/",
    retrieveDateTime: new Date().toISOString(), signingCertificate: "pem", signature: "s" } }],
  ["InstallCertificate", { certificateType: "CentralSystemRootCertificate", certificate: "pem" }],
  ["GetInstalledCertificateIds", { certificateType: "CentralSystemRootCertificate" }],
  ["DeleteCertificate", { certificateHashData: { ...hash, serialNumber: "3" } }],
  ["CertificateSigned", { certificateChain: "pem" }],
  async () => said("DiagnosticsStatusNotification"),
  async () => said("FirmwareStatusNotification"),
  async () => said("SignedFirmwareStatusNotification"),
  async () => said("LogStatusNotification", 2),
  ["Reset", { type: "Soft" }],
];

server.on("client", async (client) => {
  client.on("strictValidationFailure", (event) => seen.bad.push(String(event.error)));
  for (const [method, reply] of Object.entries(replies)) {
    client.handle(method, (call) => {
      setImmediate(() => note(method));
      return reply(call);
    });
  }
  client.handle(({ method }) => {
    note(method);
    return {};
  });
  await said("StatusNotification", 3);
  for (const step of script) {
    if (typeof step === "function") {
      await step();
      continue;
    }
    const [method, params] = step;
    const name = params.requestedMessage ? `${method} ${params.requestedMessage}` : method;
    try {
      const answer = await client.call(method, params);
      seen.answers[name] = answer.status ?? Object.keys(answer).join(",");
    } catch (error) {
      seen.answers[name] = `${error.rpcErrorCode ?? error.name}: ${error.message}`;
    }
  }
  console.log(JSON.stringify(seen));
  process.exit(0);
});

await server.listen(0, "127.0.0.1").then((http) => console.log(http.address().port));
