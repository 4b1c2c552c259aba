'use strict';

const { createTemplateAction } = require('@backstage/plugin-scaffolder-node');

const segment = encodeURIComponent;

const groupInput = {
  defaultInstanceType: (z) => z.string().optional(),
  alternateInstanceTypes: (z) => z.array(z.string()).optional(),
  ephemeral: (z) => z.string({ description: 'A Kubernetes quantity: 100Gi' }).optional(),
  minSize: (z) => z.number().int().optional(),
  maxSize: (z) => z.number().int().optional(),
  targetSize: (z) => z.number().int().optional(),
  capacityType: (z) => z.enum(['on_demand', 'spot']).optional(),
  zones: (z) => z.array(z.string()).optional(),
  labels: (z) => z.record(z.string(), z.string()).optional(),
  team: (z) => z.string().optional(),
  kind: (z) => z.string().optional(),
};
const common = {
  reason: (z) => z.string({ description: 'For whoever reviews it' }).optional(),
  skipPullRequest: (z) => z.boolean().optional(),
};
const proposed = {
  requestId: (z) => z.string(),
  state: (z) => z.string(),
  pullRequestUrl: (z) => z.string().optional(),
  pullRequestNumber: (z) => z.number().optional(),
  entityRef: (z) => z.string(),
  monthlyCost: (z) => z.string().optional(),
  diff: (z) => z.string().optional(),
};

/** What the API calls the fields of an input; what is not there is left out. */
function groupBody(input) {
  const body = {
    name: input.name,
    default_instance_type: input.defaultInstanceType,
    alternate_instance_types: input.alternateInstanceTypes,
    ephemeral: input.ephemeral,
    min_size: input.minSize,
    max_size: input.maxSize,
    target_size: input.targetSize,
    capacity_type: input.capacityType,
    zones: input.zones,
    labels: input.labels,
    team: input.team,
    kind: input.kind,
    reason: input.reason,
    skip_pull_request: input.skipPullRequest ?? false,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** Proposes, once: a task that is resumed finds what it proposed before. A dry run plans. */
async function propose(client, ctx, { method, path, body, name }) {
  const entityRef = `resource:default/nodegroup-${name}`;
  if (ctx.isDryRun) {
    const plan = await client.change(method, path, body, { plan: true });
    ctx.logger.info(`would be proposed: ${plan.title}; ${plan.monthly_cost}`);
    ctx.output('requestId', '');
    ctx.output('state', 'planned');
    ctx.output('entityRef', entityRef);
    ctx.output('monthlyCost', plan.monthly_cost);
    ctx.output('diff', plan.diff);
    return;
  }
  const key = `${ctx.task?.id ?? 'task'}:${ctx.step?.id ?? method}:${name}`.replace(/[^!-~]/g, '_');
  const send = async () => {
    const made = await client.change(method, path, body, { key: key.slice(0, 128) });
    return made.request;
  };
  const id = ctx.checkpoint
    ? await ctx.checkpoint({ key: `mainstay.${method}.${name}`, fn: send }) : await send();
  const request = await client.request(id);
  ctx.logger.info(`${request.title}: ${request.pull_request?.url ?? request.state}`);
  ctx.output('requestId', id);
  ctx.output('state', request.state);
  ctx.output('entityRef', entityRef);
  ctx.output('monthlyCost', request.monthly_cost);
  if (request.pull_request) {
    ctx.output('pullRequestUrl', request.pull_request.url);
    ctx.output('pullRequestNumber', request.pull_request.number);
  }
}

function groupActions(client) {
  const name = (z) => z.string();
  const action = (id, description, input, call) => createTemplateAction({
    id, description, supportsDryRun: true,
    schema: { input: { name, ...input, ...common }, output: proposed },
    handler: (ctx) => propose(client, ctx, { name: ctx.input.name, ...call(ctx.input) }),
  });
  return [
    action('mainstay:createNodeGroup', 'Proposes a new node group',
      { ...groupInput, defaultInstanceType: (z) => z.string(), ephemeral: (z) => z.string() },
      (input) => ({ method: 'POST', path: '/api/nodegroups', body: groupBody(input) })),
    action('mainstay:updateNodeGroup', 'Proposes a change of a node group', groupInput,
      (input) => ({ method: 'PATCH', path: `/api/nodegroups/${segment(input.name)}`,
        body: groupBody(input) })),
    action('mainstay:deleteNodeGroup', 'Proposes the removal of a node group', {},
      (input) => ({ method: 'DELETE', path: `/api/nodegroups/${segment(input.name)}?reason=${
        segment(input.reason ?? '')}&skip_pull_request=${Boolean(input.skipPullRequest)}` })),
  ];
}

/** Seals a secret, whose values come from the task's secrets, never from its parameters. */
function renderAction(client) {
  return createTemplateAction({
    id: 'mainstay:renderSecret',
    description: 'Seals a secret and gives the SealedSecret',
    supportsDryRun: true,
    schema: {
      input: {
        name: (z) => z.string(),
        namespace: (z) => z.string().optional(),
        scope: (z) => z.enum(['strict', 'namespace-wide', 'cluster-wide']).optional(),
        keys: (z) => z.record(z.string(), z.string(),
          { description: 'Keys of the secret, and which secret of the task holds each value' }),
      },
      output: { manifest: (z) => z.string() },
    },
    async handler(ctx) {
      const { name, namespace, scope, keys } = ctx.input;
      const literals = {};
      for (const [key, secret] of Object.entries(keys)) {
        const value = ctx.secrets?.[secret];
        if (value === undefined) throw new Error(`the task has no secret ${secret}`);
        literals[key] = value;
      }
      const body = { name, namespace, scope, literals, skip_pull_request: false };
      const response = await client.send('POST', '/api/secrets/render', {
        body: Object.fromEntries(Object.entries(body).filter(([, one]) => one !== undefined)),
        headers: { Accept: 'application/yaml' },
      });
      ctx.output('manifest', await response.text());
    },
  });
}

function waitAction(client) {
  return createTemplateAction({
    id: 'mainstay:waitForRequest',
    description: 'Waits until what was proposed is merged and in the cluster',
    supportsDryRun: true,
    schema: {
      input: {
        requestId: (z) => z.string(),
        state: (z) => z.enum(['pull_request_open', 'merged', 'syncing', 'ready']).optional(),
        timeoutSeconds: (z) => z.number().int().positive().optional(),
      },
      output: { state: (z) => z.string(), mergeCommit: (z) => z.string().optional() },
    },
    async handler(ctx) {
      if (ctx.isDryRun || ctx.input.requestId === '') {
        ctx.output('state', 'planned');
        return;
      }
      const wanted = ctx.input.state ?? 'ready';
      const order = ['pull_request_open', 'merged', 'syncing', 'ready'];
      const found = await client.waitFor(ctx.input.requestId, {
        states: order.slice(order.indexOf(wanted)),
        seconds: ctx.input.timeoutSeconds ?? 1800,
        onStep: (step) => ctx.logger.info(`${step.title}: ${step.state}`),
      });
      if (!order.includes(found.state)) {
        throw new Error(`${found.title} is ${found.state}${found.last_error
          ? `: ${found.last_error}` : ''}`);
      }
      ctx.output('state', found.state);
      if (found.merge_commit) ctx.output('mergeCommit', found.merge_commit);
    },
  });
}

/** create, update and delete of node groups, rendering of secrets, waiting. */
function createMainstayActions(client) {
  return [...groupActions(client), renderAction(client), waitAction(client)];
}

module.exports = { createMainstayActions };
