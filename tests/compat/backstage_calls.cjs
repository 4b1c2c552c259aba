'use strict';
// integrations/backstage against a server (its URL is the argument), with Backstage's own packages: what
// makes actions of them, and what says whether entities are any. Prints what came of it as JSON.
const assert = require('node:assert');
const {
  EntityPolicies, FieldFormatEntityPolicy, NoForeignRootFieldsEntityPolicy, SchemaValidEntityPolicy,
  resourceEntityV1alpha1Validator, stringifyEntityRef,
} = require('@backstage/catalog-model');
const { MainstayClient, MainstayEntityProvider, createMainstayActions } = require(
  '../../integrations/backstage');

const baseUrl = process.argv[2];
const client = new MainstayClient({ baseUrl });
const actions = new Map(createMainstayActions(client).map((one) => [one.id, one]));
const policy = EntityPolicies.allOf([new SchemaValidEntityPolicy(), new FieldFormatEntityPolicy(),
  new NoForeignRootFieldsEntityPolicy()]);
const quiet = { info() {}, warn() {}, error() {}, debug() {} };
const checkpoints = new Map();

/** As the scaffolder does it: what a handler puts out; a step that was done is not done again. */
async function run(id, input, { isDryRun = false, secrets = {} } = {}) {
  const out = {};
  await actions.get(id).handler({
    input, isDryRun, secrets, logger: quiet, workspacePath: '.', task: { id: 'task-1' },
    step: { id },
    output: (name, value) => { out[name] = value; },
    async checkpoint({ key, fn }) {
      if (!checkpoints.has(key)) checkpoints.set(key, await fn());
      return checkpoints.get(key);
    },
  });
  return out;
}

async function until(happened) {
  for (let i = 0; i < 1500; ++i) {
    const found = happened();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not happen');
}

async function main() {
  assert.deepStrictEqual([...actions.keys()].filter((id) => !/^mainstay:[a-zA-Z]+$/.test(id)), []);
  const mutations = [];
  const provider = new MainstayEntityProvider({ client, logger: quiet });
  await provider.connect({ applyMutation: async (one) => { mutations.push(one); } });
  const full = await until(() => mutations.find((one) => one.type === 'full'));
  for (const { entity, locationKey } of full.entities) {
    assert.strictEqual(locationKey, 'mainstay:default');
    assert.ok(await policy.enforce(entity));
    assert.ok(await resourceEntityV1alpha1Validator.check(entity));
  }

  const wanted = { name: 'from-backstage', defaultInstanceType: 'm5.large', ephemeral: '100Gi',
    minSize: 1, maxSize: 3, team: 'data', reason: 'a template asked' };
  const planned = await run('mainstay:createNodeGroup', wanted, { isDryRun: true });
  assert.strictEqual(planned.state, 'planned');
  assert.match(planned.diff, /from-backstage/);
  const made = await run('mainstay:createNodeGroup', wanted);
  assert.strictEqual((await run('mainstay:createNodeGroup', wanted)).requestId, made.requestId);
  const open = await run('mainstay:waitForRequest',
    { requestId: made.requestId, state: 'pull_request_open' });
  assert.strictEqual(open.state, 'pull_request_open');
  const waiting = run('mainstay:waitForRequest', { requestId: made.requestId });
  await client.json('POST', `/clusters/forge/pulls/${made.pullRequestNumber}/merge`, { body: {} });
  const ready = await waiting;

  const added = await until(() => mutations.flatMap((one) => one.added ?? [])
    .find(({ entity }) => entity.metadata.name === 'nodegroup-from-backstage'));
  assert.ok(await policy.enforce(added.entity));
  const updated = await run('mainstay:updateNodeGroup', { name: 'from-backstage', maxSize: 5 });
  const removed = await run('mainstay:deleteNodeGroup', { name: 'from-backstage' });
  const rendered = await run('mainstay:renderSecret', { name: 'from-backstage',
    keys: { password: 'value' } }, { secrets: { value: 'correct horse' } });
  const refused = await run('mainstay:createNodeGroup', { ...wanted, name: '../x' })
    .then(() => null, (error) => error);
  await provider.disconnect();
  console.log(JSON.stringify({ made, ready, updated, removed, manifest: rendered.manifest,
    refused: [refused.status, refused.code], ref: stringifyEntityRef(added.entity),
    owner: added.entity.spec.owner }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
