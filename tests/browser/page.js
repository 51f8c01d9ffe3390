// Opens the page, pays an order with its button, and sees the notice arrive at a merchant's server.
'use strict';

const assert = require('node:assert');
const { createHash, createSign, randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { launch, shot } = require('./chromium.js');

const env = process.env;
const control = env.CONTROL;

function ask(path, body, headers, method = 'POST') {
  return new Promise((resolve, reject) => {
    const url = new URL(env.WXPAY_BASE_URL + path);
    const request = https.request(url, {
      method, headers, cert: readFileSync(env.WXPAY_CERTIFICATE), key: readFileSync(env.WXPAY_PRIVATE_KEY),
    }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function v2(path, fields, mistake = (sign) => sign) {
  const all = {
    appid: env.WXPAY_APP_ID, mch_id: env.WXPAY_MCH_ID, nonce_str: randomBytes(16).toString('hex'), ...fields,
  };
  const text = Object.keys(all).sort().map((name) => `${name}=${all[name]}`).join('&');
  const md5 = (of) => createHash('md5').update(of).digest('hex').toUpperCase();
  all.sign = mistake(md5(`${text}&key=${env.WXPAY_V2_KEY}`), { text, md5 });
  const escaped = (value) => String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const xml = Object.entries(all).map(([name, value]) => `<${name}>${escaped(value)}</${name}>`).join('');
  return ask(path, `<xml>${xml}</xml>`, { 'Content-Type': 'text/xml' });
}

function v3(method, path, body, signed = body) {
  const time = Math.floor(Date.now() / 1000);
  const nonce = randomBytes(16).toString('hex');
  const signature = createSign('RSA-SHA256').update(`${method}\n${path}\n${time}\n${nonce}\n${signed}\n`)
    .sign(readFileSync(env.WXPAY_PRIVATE_KEY), 'base64');
  return ask(path, body, {
    Authorization: `WECHATPAY2-SHA256-RSA2048 mchid="${env.WXPAY_MCH_ID}",nonce_str="${nonce}",signature="${signature}",`
      + `timestamp="${time}",serial_no="${env.WXPAY_SERIAL_NO}"`,
    Accept: 'application/json', 'Content-Type': 'application/json', 'User-Agent': 'page-test',
  }, method);
}

function order(number, notifyUrl) {
  return v2('/pay/unifiedorder', {
    body: '办公用品', out_trade_no: number, total_fee: 12800, spbill_create_ip: '10.2.3.10', notify_url: notifyUrl,
    trade_type: 'NATIVE', product_id: 'P1',
  });
}

// A merchant's server. It also serves a page of another site, which would like to pay orders.
function shop() {
  const told = [];
  const server = http.createServer((request, response) => {
    if (request.method === 'GET') {
      response.setHeader('Content-Type', 'text/html');
      response.end('<h1>Elsewhere</h1>');
      return;
    }
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      told.push(body);
      response.end('<xml><return_code>SUCCESS</return_code></xml>');
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ told, server, url: `http://127.0.0.1:${server.address().port}` }));
  });
}

async function pays(page, merchant) {
  await page.goto(`${control}/books`);
  await order('ORDER-0001', `${merchant.url}/notify`);
  // The order appears without a reload.
  const row = page.locator('.orders tr[data-number="ORDER-0001"]');
  await row.getByText('NOTPAY').waitFor();
  await shot(page, 'books-unpaid');
  await row.getByRole('button', { name: 'Pay', exact: true }).click();
  await row.getByText('SUCCESS').waitFor();
  await page.locator('.deliveries tr[data-number="ORDER-0001"]').getByText('acknowledged').waitFor();
  assert.strictEqual(merchant.told.length, 1);
  assert.match(merchant.told[0], /ORDER-0001/);
}

// What a user and a merchant do after the payment, each by its button.
async function handles(page) {
  const row = page.locator('.orders tr[data-number="ORDER-0001"]');
  const answers = [];
  page.on('dialog', (dialog) => dialog.accept(answers.shift()));
  answers.push('300');
  await row.getByRole('button', { name: 'Refund a part' }).click();
  await page.locator('.refunds tr').getByText('¥3.00').waitFor();
  answers.push('没有收到货');
  await row.getByRole('button', { name: 'Complain' }).click();
  const complaint = page.locator('.complaints tbody tr');
  await complaint.getByText('没有收到货').waitFor();
  answers.push('还是没有');
  await complaint.getByRole('button', { name: 'Write' }).click();
  await complaint.getByText('还是没有').waitFor();
  page.removeAllListeners('dialog');
  await row.getByRole('button', { name: 'Refund', exact: true }).click();
  await page.locator('.refunds tr').getByText('¥125.00').waitFor();

  // A payment code that is made here, charged by the client, and waits for the password.
  await page.locator('#codes form select').selectOption('asks_password');
  await page.locator('#codes').getByRole('button', { name: 'Make' }).click();
  const code = await page.locator('.codes tbody tr').first().getAttribute('data-number');
  await v2('/pay/micropay', {
    body: '办公用品', out_trade_no: 'ORDER-CODE', total_fee: 100, spbill_create_ip: '10.2.3.10', auth_code: code,
  });
  const charged = page.locator('.orders tr[data-number="ORDER-CODE"]');
  await charged.getByText('USERPAYING').waitFor();
  await charged.getByText(code).waitFor();
  await charged.getByRole('button', { name: 'Cancel' }).click();
  await charged.getByText('PAYERROR').waitFor();

  await page.locator('#orders form input[name=out_trade_no]').fill('ORDER-ADDED');
  await page.locator('#orders').getByRole('button', { name: 'Add' }).click();
  await page.locator('.orders tr[data-number="ORDER-ADDED"]').getByText('SUCCESS').waitFor();
  await shot(page, 'books-shop');
}

// Nothing is wider than the window, in both kinds of narrow ones.
async function fits(page) {
  for (const width of [390, 820]) {
    await page.setViewportSize({ width, height: 844 });
    for (const path of ['/', '/?show=failures', '/books', '/steer', '/requests/1']) {
      await page.goto(control + path);
      const { scroll, inner } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth, inner: window.innerWidth,
      }));
      assert.ok(scroll <= inner, `${path} at ${width}: ${scroll} wide`);
      const out = await page.evaluate(() => [...document.querySelectorAll('main *')]
        .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 80)));
      assert.deepStrictEqual(out, [], `${path} at ${width}`);
      if (width === 390) {
        const empty = await page.evaluate(() => [...document.querySelectorAll('td > div:empty')]
          .filter((one) => one.parentElement.getClientRects().length > 0).map((one) => one.parentElement.outerHTML));
        assert.deepStrictEqual(empty, [], `${path}: a card names what it does not have`);
      }
      await shot(page, `at-${width}${path.replace(/\W+/g, '-')}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

// For the eye, in every size, scheme and language.
async function pictures(browser) {
  if (!env.SHOTS) {
    return;
  }
  for (const width of [1280, 820, 390]) {
    for (const [colorScheme, locale] of [['light', 'en-US'], ['dark', 'zh-CN']]) {
      const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 844 } });
      const page = await context.newPage();
      for (const [name, path] of [['requests', '/'], ['request', '/requests/1'], ['books', '/books'], ['steer', '/steer']]) {
        await page.goto(control + path);
        await shot(page, `sandbox-${name}-${width}-${colorScheme}-${locale}`);
      }
      await context.close();
    }
  }
}

async function filters(page) {
  await page.goto(`${control}/`);
  const all = await page.locator('.requests tbody tr').count();
  await page.getByRole('link', { name: /^Failures/ }).click();
  await page.locator('.requests tbody tr').first().waitFor();
  const failures = await page.locator('.requests tbody tr').count();
  assert.ok(failures > 0 && failures < all, `${failures} of ${all}`);
  assert.strictEqual(await page.locator('.requests tbody tr:not(.failed)').count(), 0);
  await page.locator('tr', { hasText: '/v3/nowhere' }).getByText('NO_SUCH_OPERATION').waitFor();
  assert.ok(await page.locator('.requests tr', { hasText: 'ORDER-0001' }).count() > 0, 'numbers are listed');
}

// The last test: it ends the sandbox.
async function ends(page) {
  await page.goto(`${control}/books`);
  assert.ok(await page.locator('#ended').isHidden());
  process.kill(Number(env.SANDBOX));
  await page.getByText('The sandbox has ended').waitFor();
  assert.ok(await page.locator('.orders tbody tr').count() > 0, 'the books stay to be read');
  await shot(page, 'ended');
}

async function explains(page) {
  await page.goto(`${control}/`);
  await v2('/pay/orderquery', { out_trade_no: 'ORDER-0001' });
  await v2('/pay/orderquery', { out_trade_no: 'ORDER-0001' }, (sign) => sign.toLowerCase());
  await v2('/pay/orderquery', { out_trade_no: 'ORDER-0001' }, (_, { text, md5 }) => md5(text.replace(/&nonce_str=[^&]*/, '') + `&key=${env.WXPAY_V2_KEY}`));
  const body = JSON.stringify({ amount: { total: 1 }, description: '咖啡' });
  await v3('POST', '/v3/pay/transactions/native', body, body.replaceAll(':', ': ').replaceAll(',', ', '));
  await v3('GET', `/v3/pay/transactions/out-trade-no/ORDER-0001?mchid=${env.WXPAY_MCH_ID}`, '');
  await ask('/v3/nowhere', '', {});
  await fetch(`${control}/v1/faults`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ api: 'v2.pay.query_order', fault: 'html_502' }),
  });
  await v2('/pay/orderquery', { out_trade_no: 'ORDER-0001' });
  await page.getByText('nowhere').waitFor();
  await page.getByText('html_502').waitFor();
  await shot(page, 'requests');

  await page.getByText('The field nonce_str was sent and has to be signed, but was not.').first().waitFor();
  await page.locator('tr', { hasText: 'The field nonce_str was sent' }).locator('a.target').click();
  const marked = await page.locator('figure.right mark').first().textContent();
  assert.match(marked, /nonce_str/);
  const text = await page.locator('main').textContent();
  assert.ok(!text.includes(env.WXPAY_V2_KEY), 'the key is masked');
  await shot(page, 'signature-v2');
  await page.goBack();
  await page.locator('tr', { hasText: 'written again' }).locator('a.target').click();
  assert.ok(await page.locator('figure.came mark').count() > 0);
  await shot(page, 'signature-v3');
}

async function withstands(page, merchant) {
  const attack = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  await ask('/pay/orderquery', `<xml><sign>${attack}</sign></xml>`, { 'X-Note': attack });
  await v2('/pay/orderquery', { out_trade_no: `"'>${attack}` }, () => attack);
  await page.goto(`${control}/`);
  await page.locator('tbody tr a.target').first().click();
  await page.getByText('window.hit').first().waitFor();
  assert.strictEqual(await page.locator('main img, main script').count(), 0);
  assert.strictEqual(await page.evaluate(() => window.hit), undefined);

  await order('ORDER-0002', `${merchant.url}/notify`);
  await page.goto(merchant.url);
  const outcome = await page.evaluate(async (url) => {
    const tries = [
      { method: 'POST', mode: 'no-cors', body: '{}' },
      { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body: '{}' },
      { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' },
    ];
    const ended = [];
    for (const options of tries) {
      ended.push(await fetch(url, options).then((answer) => answer.type, () => 'refused'));
    }
    return ended;
  }, `${control}/v1/orders/ORDER-0002/pay`);
  assert.strictEqual(outcome[2], 'refused');
  const { orders } = await (await fetch(`${control}/v1/orders`)).json();
  assert.strictEqual(orders.find((one) => one.out_trade_no === 'ORDER-0002').trade_state, 'NOTPAY');
}

async function steers(page, merchant) {
  merchant.told.length = 0;
  await page.goto(`${control}/steer`);
  await page.getByRole('combobox', { name: 'Endpoint' }).selectOption('v2.pay.query_order');
  await page.getByRole('combobox', { name: 'Fault' }).selectOption('error_code');
  await page.getByRole('textbox', { name: 'Code' }).fill('SYSTEMERROR');
  await page.getByRole('spinbutton', { name: 'Times' }).fill('3');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('3 requests').waitFor();
  await shot(page, 'steer');
  assert.match(await v2('/pay/orderquery', { out_trade_no: 'ORDER-0001' }), /SYSTEMERROR/);
  await page.getByText('2 requests').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Run on' }).waitFor();
  await page.getByRole('button', { name: '+ 1 day' }).click();
  await page.getByRole('button', { name: 'Run on' }).click();
}

async function reads(browser) {
  const plain = await browser.newContext({ javaScriptEnabled: false, locale: 'zh-CN', viewport: { width: 1280, height: 800 } });
  const page = await plain.newPage();
  await page.goto(`${control}/books`);
  await page.getByRole('heading', { name: '订单' }).waitFor();
  assert.strictEqual(await page.getByRole('button').count(), 0);
  await page.getByRole('link', { name: '请求', exact: true }).click();
  await page.locator('tbody tr').first().waitFor();
  await shot(page, 'requests-zh');
  await page.locator('tr', { hasText: '字段 nonce_str' }).locator('a.target').click();
  await page.getByRole('heading', { name: '待签名串，与实际签名的内容' }).waitFor();
  await shot(page, 'signature-zh');
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'The request as it came' }).waitFor();
  await plain.close();
}

async function main() {
  const merchant = await shop();
  const browser = await launch();
  try {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    page.setDefaultTimeout(60000);
    const errors = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(`${control}/`);
    await page.getByText('No requests yet').waitFor();
    await shot(page, 'welcome');
    await page.goto(`${control}/books`);
    await page.getByText('A client makes one by').waitFor();
    await shot(page, 'books-empty');
    await pays(page, merchant);
    await handles(page);
    page.on('dialog', (dialog) => dialog.accept());
    await explains(page);
    await filters(page);
    await withstands(page, merchant);
    await steers(page, merchant);
    await page.goto(`${control}/books`);
    await shot(page, 'books');
    await reads(browser);
    await fits(page);
    await pictures(browser);
    await ends(page);
    assert.deepStrictEqual(errors, []);
  } finally {
    await browser.close();
    merchant.server.close();
  }
  console.log('the page: an order paid by its button and told to the merchant; signatures explained; other sites kept out');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
