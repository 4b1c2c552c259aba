'use strict';
// Makes the calls that its argument lists (JSON) with the npm client `3scale`; prints its answers.
const { Client } = require('3scale');

const { host, port, provider_key, calls } = JSON.parse(process.argv[2]);

function perform({ method, token, args }) {
  const client = token ? new Client({ host, port }) : new Client(provider_key, { host, port });
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${method}: no answer`)), 10000);
    client[method](...args, (response) => {
      clearTimeout(late);
      resolve({
        success: response.is_success(),
        status: response.status_code,
        code: response.error_code,
        message: response.error_message,
        plan: response.plan,
        reports: response.usage_reports,
      });
    });
  });
}

async function main() {
  const answers = [];
  for (const call of calls) answers.push(await perform(call));
  process.stdout.write(JSON.stringify(answers));
}

console.warn = () => {};
main().catch((error) => {
  process.stderr.write(`${error && error.stack ? error.stack : error}\n`);
  process.exitCode = 1;
});
