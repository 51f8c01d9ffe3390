// wechatpay-node-v3 (npm) against the sandbox: APIv3. It verifies what `verifySign` is asked about.
'use strict';

const assert = require('node:assert');
const { createHash } = require('node:crypto');
const { subscribe } = require('node:diagnostics_channel');
const { readFileSync } = require('node:fs');
const Pay = require('wechatpay-node-v3');
const { env, control, flow, spoiled, leadToSandbox, openShop, run, PAYER } = require('sandbox');

leadToSandbox();

// It gives its caller the body of a response without the headers, in which the signature is: Node.js tells them.
let headers;
subscribe('http.client.response.finish', ({ response }) => { headers = response.headers; });

async function main() {
  const shop = await openShop({ told });
  const notify_url = shop.url('told');
  const wxpay = new Pay({
    appid: env.WXPAY_APP_ID,
    mchid: env.WXPAY_MCH_ID,
    publicKey: readFileSync(env.WXPAY_CERTIFICATE),
    privateKey: readFileSync(env.WXPAY_PRIVATE_KEY),
    key: env.WXPAY_V3_KEY,
  });
  // Certificates it fetches by itself. The public key has to be put where it keeps theirs.
  if (env.TRUST === 'public-key') {
    Pay.certificates[env.WXPAY_PUBLIC_KEY_ID] = readFileSync(env.WXPAY_PUBLIC_KEY, 'utf8');
  }

  const isSigned = (of, body) => wxpay.verifySign({
    timestamp: of['wechatpay-timestamp'],
    nonce: of['wechatpay-nonce'],
    serial: of['wechatpay-serial'],
    signature: of['wechatpay-signature'],
    body,
    apiSecret: env.WXPAY_V3_KEY,
  });

  async function verified(answer, status = 200) {
    const { status: came, data, error } = await answer;
    assert.strictEqual(came, status, error);
    assert.ok(await isSigned(headers, status === 204 ? '' : data), 'the response is not authentic');
    return data;
  }

  async function told(of, body) {
    assert.ok(!await isSigned(of, spoiled(body)), 'a notification that was changed is authentic');
    assert.ok(await isSigned(of, body), 'a notification is not authentic');
    const { ciphertext, associated_data, nonce } = JSON.parse(body).resource;
    return wxpay.decipher_gcm(ciphertext, associated_data, nonce);
  }

  const order = { description: '腾讯公仔 & <1>', notify_url, amount: { total: 103 } };
  for (const [kind, more, has] of [
    ['jsapi', { payer: { openid: PAYER } }, 'package'],
    ['app', {}, 'prepayid'],
    ['h5', { scene_info: { payer_client_ip: '10.2.3.10', h5_info: { type: 'Wap' } } }, 'h5_url'],
    ['native', {}, 'code_url'],
  ]) {
    await flow(`order ${kind}`, async () => {
      const made = await wxpay[`transactions_${kind}`]({ ...order, out_trade_no: `JSV3-${kind}`, ...more });
      assert.strictEqual(made.status, 200, made.error);
      // Of JSAPI and App it gives what the page needs instead of the response.
      assert.ok(made.data[has], JSON.stringify(made));
    });
  }
  await flow('query by merchant order number', async () => {
    const found = await verified(wxpay.query({ out_trade_no: 'JSV3-jsapi' }));
    assert.strictEqual(found.trade_state, 'NOTPAY');
  });
  await flow('close', async () => {
    await verified(wxpay.close('JSV3-app'), 204);
    const found = await verified(wxpay.query({ out_trade_no: 'JSV3-app' }));
    assert.strictEqual(found.trade_state, 'CLOSED');
  });
  let paid;
  await flow('payment notification', async () => {
    await control('/orders/JSV3-native/pay', {});
    paid = await shop.next();
    assert.strictEqual(paid.out_trade_no, 'JSV3-native');
    assert.strictEqual(paid.trade_state, 'SUCCESS');
  });
  await flow('query by WeChat Pay order number', async () => {
    const found = await verified(wxpay.query({ transaction_id: paid.transaction_id }));
    assert.strictEqual(found.amount.total, 103);
  });
  let refund;
  await flow('refund', async () => {
    refund = await verified(wxpay.refunds({
      out_trade_no: 'JSV3-native', out_refund_no: 'JSV3-R', reason: '退款 & <商品>', notify_url,
      amount: { refund: 100, total: 103, currency: 'CNY' },
    }));
  });
  await flow('refund notification', async () => {
    const ended = await shop.next();
    assert.strictEqual(ended.refund_id, refund.refund_id);
    assert.strictEqual(ended.refund_status, 'SUCCESS');
  });
  await flow('refund query', async () => {
    const found = await verified(wxpay.find_refunds('JSV3-R'));
    assert.strictEqual(found.status, 'SUCCESS');
    assert.strictEqual(found.amount.refund, 100);
  });
  await flow('trade bill', async () => {
    const { download_url, hash_value } = await verified(wxpay.tradebill({ bill_date: env.BILL_DATE, bill_type: 'ALL' }));
    const { data } = await wxpay.downloadBill(download_url);
    assert.strictEqual(createHash('sha1').update(data).digest('hex'), hash_value);
    assert.ok(data.includes(env.BILL_ORDER));
  });
  await flow('a response with a wrong signature is refused', async () => {
    await control('/faults', { api: 'v3.pay.query_order_by_out_trade_no', fault: 'wrong_signature' });
    await assert.rejects(verified(wxpay.query({ out_trade_no: 'JSV3-native' })), /not authentic/);
  });
  shop.close();
}

run(main);
