// What a client in Node.js needs besides itself: the sandbox's control port, a merchant's callback, a line for each flow.
'use strict';

const assert = require('node:assert');
const http = require('node:http');
const https = require('node:https');

const env = process.env;

async function control(path, body) {
  const answer = await fetch(`${env.WXPAY_SANDBOX_CONTROL}/v1${path}`, body && {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  const told = await answer.json();
  assert.ok(answer.ok, JSON.stringify(told));
  return told;
}

// Names a flow once it is through, or the one that failed.
async function flow(name, take) {
  try {
    await take();
  } catch (error) {
    console.log(`  FAILED: ${name}`);
    throw error;
  }
  console.log(`  ${name}`);
}

// The day in China.
const today = () => new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);

// The same notification, changed: a space after APIv3, another amount of APIv2, or a cipher text that is not whole.
function spoiled(body) {
  if (body.startsWith('{')) { return `${body} `; }
  return body.replace(TOTAL_FEE, `${TOTAL_FEE}9`).replace(REQ_INFO, `${REQ_INFO}AAAA`);
}

// Leads a client that knows WeChat Pay's host only, and no proxy, to the sandbox: as an entry in the file of hosts would, with
// the port. TLS still holds the certificate to the host.
function leadToSandbox() {
  const { port } = new URL(env.WXPAY_BASE_URL);
  const connect = https.Agent.prototype.createConnection;
  https.Agent.prototype.createConnection = function createConnection(options, done) {
    return connect.call(this, { ...options, host: '127.0.0.1', port }, done);
  };
}

// A merchant's server: for each path, what reads a notification by means of the client, and rejects unless it is authentic.
async function openShop(readers) {
  const told = [];
  let wake = () => {};
  const server = http.createServer(async (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    for await (const part of request) { body += part; }
    const read = readers[request.url.slice(1)];
    const result = await Promise.resolve().then(() => read(request.headers, body)).catch((error) => error);
    response.statusCode = result instanceof Error ? 400 : 200;
    response.end(body.startsWith('{') ? '' : ACKNOWLEDGED);
    told.push(result);
    wake();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const base = `http://127.0.0.1:${server.address().port}/`;
  let count = 0;
  return {
    url: (path) => base + path,
    // The next notification, once the sandbox has noted that it was acknowledged.
    async next() {
      if (!told.length) {
        await new Promise((resolve, reject) => {
          wake = resolve;
          setTimeout(() => reject(new Error('no notification came')), 20000).unref();
        });
      }
      const result = told.shift();
      if (result instanceof Error) { throw result; }
      count += 1;
      for (let n = 0; n < 200; n += 1) {
        const { made } = await control('/deliveries');
        const own = made.filter((one) => one.url.startsWith(base));
        if (own.length === count) {
          assert.ok(own.at(-1).acknowledged, JSON.stringify(own.at(-1)));
          return result;
        }
        await new Promise((resolve) => { setTimeout(resolve, 50); });
      }
      throw new Error('no delivery was noted');
    },
    close: () => server.close(),
  };
}

function run(main) {
  main().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}

const PAYER = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
// What begins as an image does.
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(256, 7)]);
const TOTAL_FEE = '<total_fee>';
const REQ_INFO = '<req_info><![CDATA[';
const ACKNOWLEDGED = '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';

module.exports = { env, control, flow, today, spoiled, leadToSandbox, openShop, run, PAYER, PNG };
