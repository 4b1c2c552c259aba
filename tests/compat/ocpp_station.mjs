// npm's `ocpp-rpc` as a station that is asked: it checks each call of the backend, and its own
// answers, against OCPP's schemas. Arguments: endpoint, identity. Says "ready" once it has booted;
// at the end of its input it tells what it was asked, as JSON.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { RPCClient } = require("ocpp-rpc");
const [endpoint, identity] = process.argv.slice(2);
const station = new RPCClient({
  endpoint, identity, protocols: ["ocpp1.6"], strictMode: true, reconnect: false,
});
const seen = { asked: {}, bad: [] };
station.on("strictValidationFailure", (event) => seen.bad.push(String(event.error)));

const keys = {
  GetConfigurationMaxKeys: "50", HeartbeatInterval: "300", SendLocalListMaxLength: "20",
  LocalAuthListMaxLength: "100",
};
const replies = {
  GetConfiguration: ({ key }) => {
    const wanted = key && key.length ? key : Object.keys(keys);
    return {
      configurationKey: wanted.filter((one) => one in keys)
        .map((one) => ({ key: one, readonly: true, value: keys[one] })),
      unknownKey: wanted.filter((one) => !(one in keys)),
    };
  },
  UnlockConnector: () => ({ status: "Unlocked" }),
  GetDiagnostics: () => ({ fileName: "log.txt" }),
  UpdateFirmware: () => ({}),
  GetLocalListVersion: () => ({ listVersion: 1 }),
  GetCompositeSchedule: () => ({
    status: "Accepted", connectorId: 1, scheduleStart: new Date().toISOString(),
    chargingSchedule: {
      duration: 60, chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
    },
  }),
  GetInstalledCertificateIds: () => ({ status: "NotFound" }),
};
station.handle(({ method, params }) => {
  seen.asked[method] = params;
  return (replies[method] ?? (() => ({ status: "Accepted" })))(params);
});

await station.connect();
await station.call("BootNotification", {
  chargePointVendor: "ocpp-rpc", chargePointModel: "client", firmwareVersion: "1",
});
await station.call("StatusNotification", {
  connectorId: 1, errorCode: "NoError", status: "Available", timestamp: new Date().toISOString(),
});
console.log("ready");
for await (const _ of process.stdin) { /* until its end */ }
console.log(JSON.stringify(seen));
process.exit(0);
