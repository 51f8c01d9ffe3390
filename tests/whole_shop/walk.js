// Buys, pays, refunds and reconciles, with the pages of the shop and of the sandbox.
'use strict';

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { openSync } = require('node:fs');
const http = require('node:http');
const { setTimeout } = require('node:timers/promises');
const { launch, shot } = require('../browser/chromium.js');

const env = process.env;
const control = env.WXPAY_SANDBOX_CONTROL;
// Where the shop is, as it says at each start.
let storefront;
let office;

// The shop itself, which can be killed and started again.
const shop = {
  start() {
    const program = spawn(env.SHOP_PROGRAM, { stdio: ['ignore', 'pipe', openSync(env.SHOP_LOG, 'a')] });
    this.program = program;
    return new Promise((resolve, reject) => {
      let said = '';
      program.stdout.on('data', (part) => {
        said += part;
        const told = /The shop is at (\S+)\s+Its back office is at (\S+)\s/.exec(said);
        if (told) {
          [, storefront, office] = told;
          resolve();
        }
      });
      program.on('exit', () => reject(new Error('the shop ended')));
    });
  },
  kill() {
    const ended = new Promise((resolve) => this.program.on('exit', resolve));
    this.program.kill('SIGKILL');
    return ended;
  },
};

process.on('SIGTERM', () => {
  shop.program.kill('SIGKILL');
  process.exit(1);
});

// The line between WeChat Pay and the shop, at the address that the shop gives for notifications: what comes over it is passed on,
// or lost.
function notificationLine() {
  const line = { isCut: false, lost: 0, passed: [] };
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      if (line.isCut) {
        line.lost += 1;
        request.socket.destroy();
        return;
      }
      const message = { path: request.url, headers: request.headers, body: Buffer.concat(parts) };
      deliver(message).then((status) => {
        line.passed.push({ message, status });
        response.statusCode = status;
        response.end();
      }, () => response.destroy());
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      env.SHOP_NOTIFY_URL = `http://127.0.0.1:${server.address().port}/wxpay/notify`;
      resolve(Object.assign(line, { server }));
    });
  });
}

function deliver({ path, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = http.request(storefront + path, { method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject);
    request.end(body);
  });
}

// How the shop has answered what passed of one kind. The page can know before the answer is here, and what got lost of another kind
// comes again at any time.
async function answered(line, kind) {
  const ofKind = () => line.passed.filter(({ message }) => JSON.parse(message.body).event_type === kind);
  while (ofKind().length === 0) {
    await setTimeout(20);
  }
  return ofKind().map((one) => one.status);
}

async function steer(path, body, method = 'POST') {
  const answer = await fetch(`${control}/v1${path}`, {
    method, headers: { 'Content-Type': 'application/json' }, body: method === 'DELETE' ? undefined : JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${await answer.text()}`);
}

async function told(path) {
  return (await fetch(`${control}/v1${path}`)).json();
}

// Orders, and stands before the page of the order.
async function buys(page, goods) {
  await page.goto(storefront);
  await page.locator('.goods .card', { hasText: goods }).getByRole('button', { name: 'Buy' }).click();
  await page.waitForURL(/\/orders\//);
  return page.url().split('/').pop();
}

// The user pays: the button of the sandbox's page.
async function pays(sandbox, number) {
  await sandbox.goto(`${control}/books`);
  const row = sandbox.locator(`.orders tr[data-number="${number}"]`);
  await row.getByRole('button', { name: 'Pay', exact: true }).click();
  await row.getByText('SUCCESS').waitFor();
}

async function refunds(staff, number, yuan, reason) {
  await staff.goto(office);
  const card = staff.locator(`section[data-number="${number}"]`);
  await card.getByLabel('Refund, in yuan').fill(yuan);
  await card.getByLabel('Reason').fill(reason);
  await card.getByRole('button', { name: 'Refund', exact: true }).click();
  return card;
}

const stands = (page, text) => page.locator('p.state', { hasText: text }).waitFor();

// While no query is answered, the notification alone settles the order.
async function byNotification({ page, sandbox, staff, line }) {
  await steer('/faults', { api: 'v3.pay.query_order_by_out_trade_no', fault: 'html_502', times: 'always' });
  const number = await buys(page, 'A tin of tea');
  await page.locator('.qr svg').waitFor();
  await stands(page, 'Waiting for the payment');
  await shot(page, 'shop-order');
  await pays(sandbox, number);
  await stands(page, 'Paid');
  await staff.goto(office);
  const card = staff.locator(`section[data-number="${number}"]`);
  await card.getByText('by notification').waitFor();
  assert.deepStrictEqual(await answered(line, 'TRANSACTION.SUCCESS'), [204]);

  // It comes again, and is acknowledged again; a changed one is refused.
  const { message } = line.passed[0];
  assert.strictEqual(await deliver(message), 204);
  const body = Buffer.from(message.body.toString().replace('TRANSACTION.SUCCESS', 'TRANSACTION.CLOSED'));
  assert.strictEqual(await deliver({ ...message, headers: { ...message.headers, 'content-length': body.length }, body }), 401);
  await steer('/faults', {}, 'DELETE');
  return number;
}

// No notification comes: the query settles the order.
async function byQuery({ page, sandbox, staff, line }) {
  line.isCut = true;
  const number = await buys(page, 'A tea cup');
  await page.locator('.qr svg').waitFor();
  await pays(sandbox, number);
  await stands(page, 'Paid');
  await staff.goto(office);
  await staff.locator(`section[data-number="${number}"]`).getByText('by query').waitFor();
  line.isCut = false;
  return number;
}

// The response to the order is lost. It is not shown as failed, and its QR code comes when the order is settled.
async function unknownOrder({ page }) {
  await steer('/faults', { api: 'v3.pay.prepay_native', fault: 'drop_after_commit' });
  await steer('/faults', { api: 'v3.pay.query_order_by_out_trade_no', fault: 'html_502', times: 'always' });
  const number = await buys(page, 'A tea tray');
  await stands(page, 'Being placed');
  assert.strictEqual(await page.getByText(/fail/i).count(), 0);
  await steer('/faults', {}, 'DELETE');
  await page.locator('.qr svg').waitFor();
  await shot(page, 'order-waiting');
  const { orders } = await told('/orders');
  assert.strictEqual(orders.filter((one) => one.out_trade_no === number).length, 1);
  return number;
}

// The shop is killed while its order is on the way. The next run finishes the same order.
async function killedShop({ page }) {
  await steer('/faults', { api: 'v3.pay.prepay_native', fault: 'stall' });
  await page.goto(storefront);
  const button = page.locator('.goods .card', { hasText: 'A tea cup' }).getByRole('button', { name: 'Buy' });
  const before = (await told('/orders')).orders.map((one) => one.out_trade_no);
  await button.click({ noWaitAfter: true });
  let number;
  while (!number) {
    number = (await told('/orders')).orders.map((one) => one.out_trade_no).find((one) => !before.includes(one));
  }
  // The browser goes away first.
  await page.goto('about:blank');
  await shop.kill();
  await shop.start();
  await page.goto(`${storefront}/orders/${number}`);
  await page.locator('.qr svg').waitFor();
  const { orders } = await told('/orders');
  assert.strictEqual(orders.length, before.length + 1);
}

// A part goes back. While no query is answered, its notification alone tells when the user has it.
async function partRefund({ page, staff, line }, number) {
  await steer('/faults', { api: 'v3.refund.query_refund', fault: 'html_502', times: 'always' });
  await steer('/refund_delay', { seconds: 3600 });
  const card = await refunds(staff, number, '30.01', '茶罐破损');
  await card.getByText('under way').waitFor();
  await page.goto(`${storefront}/orders/${number}`);
  await page.getByText('Refund under way ¥30.01').waitFor();
  await steer(`/refunds/${number}R1/status`, { status: 'SUCCESS' });
  await page.getByText('Refunded ¥30.01').waitFor();
  assert.deepStrictEqual(await answered(line, 'REFUND.SUCCESS'), [204]);
  await card.locator('.refund').getByText('by notification').waitFor();
  await steer('/faults', {}, 'DELETE');
  await shot(page, 'shop-refunded');

  // More than is left is refused before anything is sent.
  await refunds(staff, number, '98.00', '其余');
  await staff.getByText('More than is left of the order').waitFor();
  assert.strictEqual((await told('/refunds')).refunds.length, 1);
  await steer('/refund_delay', { seconds: 0 });
}

// The response to the refund is lost, and so is its notification. It is made once, and the query says so.
async function unknownRefund({ staff, line }, number) {
  line.isCut = true;
  await steer('/faults', { api: 'v3.refund.create_refund', fault: 'drop_after_commit' });
  await steer('/faults', { api: 'v3.refund.query_refund', fault: 'html_502', times: 'always' });
  const card = await refunds(staff, number, '9.99', '价格调整');
  await card.getByText('being asked for').waitFor();
  await steer('/faults', {}, 'DELETE');
  await card.getByText('refunded').waitFor();
  await card.locator('.refund').getByText('by query').waitFor();
  const made = (await told('/refunds')).refunds.filter((one) => one.out_trade_no === number);
  assert.deepStrictEqual(made.map((one) => one.refund), [999]);
  line.isCut = false;
}

// Another site's form does not refund.
async function keepsOthersOut(number) {
  const refused = await fetch(`${office}/orders/${number}/refunds`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'cross-site' },
    body: new URLSearchParams({ count: '2', yuan: '1', reason: 'x' }).toString(),
  });
  assert.strictEqual(refused.status, 403);
}

async function aDayPasses(sandbox) {
  await sandbox.goto(`${control}/steer`);
  await sandbox.getByRole('button', { name: '+ 1 day' }).click();
}

const dayInChina = async () => (await told('/clock')).now.slice(0, 10);

async function reconciles({ sandbox, staff }, unpaid) {
  const first = await dayInChina();
  await aDayPasses(sandbox);
  await staff.goto(office);
  let day = staff.locator(`[data-day="${first}"]`);
  await day.getByText('reconciled').waitFor();
  await day.getByText('payments 2 · ¥157.99').waitFor();
  await day.getByText('refunds 2 · ¥40.00').waitFor();
  // The order that nobody paid is over.
  await staff.locator(`section[data-number="${unpaid}"]`).getByText('closed').waitFor();
  await shot(staff, 'office-reconciled');

  // A payment that the book does not know comes to light.
  const second = await dayInChina();
  await sandbox.goto(`${control}/books`);
  await sandbox.locator('#orders form input[name=out_trade_no]').fill('NOT-OURS-1');
  await sandbox.locator('#orders form input[name=total_fee]').fill('4321');
  await sandbox.locator('#orders').getByRole('button', { name: 'Add' }).click();
  await sandbox.locator('.orders tr[data-number="NOT-OURS-1"]').waitFor();
  await aDayPasses(sandbox);
  day = staff.locator(`[data-day="${second}"]`);
  await day.getByText('differences: 1').waitFor();
  await day.getByText('only in the bill NOT-OURS-1').waitFor();
  await day.getByText('¥43.21').waitFor();
}

// Each page in each size, scheme and language: nothing is wider than the window.
async function fits(browser, number) {
  for (const [width, colorScheme, locale] of [
    [1280, 'light', 'en-US'], [820, 'dark', 'zh-CN'], [390, 'light', 'zh-CN'], [390, 'dark', 'en-US'],
  ]) {
    const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 844 } });
    const page = await context.newPage();
    for (const [name, url] of [['goods', storefront], ['order', `${storefront}/orders/${number}`], ['office', office]]) {
      await page.goto(url);
      const { scroll, inner } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth, inner: window.innerWidth,
      }));
      assert.ok(scroll <= inner, `${url} at ${width}: ${scroll} wide`);
      await shot(page, `${name}-${width}-${colorScheme}-${locale}`);
    }
    await context.close();
  }
}

async function main() {
  const line = await notificationLine();
  await shop.start();
  const browser = await launch();
  try {
    const open = async (options) => {
      const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 }, ...options });
      context.setDefaultTimeout(60000);
      return context.newPage();
    };
    const [page, sandbox, staff] = [await open(), await open(), await open()];
    const errors = [];
    for (const one of [page, sandbox, staff]) {
      one.on('pageerror', (error) => errors.push(error));
    }
    const walk = { page, sandbox, staff, line };
    const first = await byNotification(walk);
    const second = await byQuery(walk);
    const third = await unknownOrder(walk);
    await killedShop(walk);
    await partRefund(walk, first);
    await unknownRefund(walk, second);
    await keepsOthersOut(first);
    await reconciles(walk, third);
    await fits(browser, first);
    assert.deepStrictEqual(errors, []);
  } finally {
    await browser.close();
    line.server.close();
    await shop.kill();
  }
  console.log('the shop: paid by notification and by query, refunded in part, each day reconciled to the fen');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
