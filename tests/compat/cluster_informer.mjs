// An informer of @kubernetes/client-node on node groups: tells each event as a line of JSON, makes
// and removes a group, then a definition at run time.
import { webcrypto } from "node:crypto";
globalThis.crypto ??= webcrypto; // Node 18
const k8s = await import("@kubernetes/client-node");

const [file] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromFile(file);
const group = "cluster.unicron.mpi-internal.com";
const version = "v1alpha1";
const plural = "nodegroups";
const api = config.makeApiClient(k8s.CustomObjectsApi);
const core = config.makeApiClient(k8s.CoreV1Api);

const events = [];
let waiting = [];
const tell = (type, object) => {
  events.push([type, object.metadata.name]);
  waiting = waiting.filter(({ test, done }) => !test() || done());
};
const seen = (type, name) =>
  new Promise((done) => {
    const test = () => events.some(([t, n]) => t === type && n === name);
    if (test()) return done();
    waiting.push({ test, done: () => void done() });
  });

const list = () => api.listClusterCustomObject({ group, version, plural });
const informer = k8s.makeInformer(config, `/apis/${group}/${version}/${plural}`, list);
for (const type of ["add", "update", "delete"]) informer.on(type, (one) => tell(type, one));
let stopping = false; // which aborts its request, and it says so
informer.on("error", (error) => stopping || tell("error", { metadata: { name: String(error) } }));
await informer.start();
await seen("add", "gpu");

const body = {
  apiVersion: `${group}/${version}`,
  kind: "NodeGroup",
  metadata: { name: "informed" },
  spec: { size: { max: 3 } },
};
const made = await api.createClusterCustomObject({ group, version, plural, body });
await seen("add", "informed");
made.spec.size.max = 4;
await api.replaceClusterCustomObject({ group, version, plural, name: "informed", body: made });
await seen("update", "informed");
const cached = informer.get("informed").spec.size.max;
await api.deleteClusterCustomObject({ group, version, plural, name: "informed" });
await seen("delete", "informed");
stopping = true;
await informer.stop();

const namespace = "default";
await core.createNamespacedSecret({
  namespace,
  body: { metadata: { name: "informed" }, stringData: { k: "v" } },
});
const secret = await core.readNamespacedSecret({ namespace, name: "informed" });
let refusal;
try {
  await core.readNamespacedSecret({ namespace, name: "no" });
} catch (error) {
  refusal = JSON.parse(error.body).reason;
}
console.log(JSON.stringify({ events, cached, secret: secret.data, refusal }));
process.exit(0);
