// wechatpay-node-v3 (npm) against the sandbox: APIv3. It verifies what `verifySign` is asked about. It has no complaints and no
// payment codes, and its upload of images fails before anything is sent.
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
  for (const [name, apply] of [
    ['trade bill', (bill_date) => wxpay.tradebill({ bill_date, bill_type: 'ALL' })],
    ['fund flow bill', (bill_date) => wxpay.fundflowbill({ bill_date, account_type: 'BASIC' })],
  ]) {
    await flow(name, async () => {
      const { download_url, hash_value } = await verified(apply(env.BILL_DATE));
      const { data } = await wxpay.downloadBill(download_url);
      assert.strictEqual(createHash('sha1').update(data).digest('hex'), hash_value);
      assert.ok(data.includes(env.BILL_ORDER));
    });
  }
  await combined(wxpay, shop, verified);
  await sharing(wxpay, shop, verified);
  await flow('a response with a wrong signature is refused', async () => {
    await control('/faults', { api: 'v3.pay.query_order_by_out_trade_no', fault: 'wrong_signature' });
    await assert.rejects(verified(wxpay.query({ out_trade_no: 'JSV3-native' })), /not authentic/);
  });
  shop.close();
}

async function combined(wxpay, shop, verified) {
  const parts = (name) => [1, 2].map((n) => ({ mchid: env.WXPAY_MCH_ID, out_trade_no: `JSV3-${name}-${n}` }));
  const find = async (number) => (await verified(wxpay.combine_query(number))).sub_orders;
  await flow('combined order', async () => {
    for (const [name, kind, more] of [['m1', 'native', {}], ['m2', 'jsapi', { combine_payer_info: { openid: PAYER } }]]) {
      const amount = { total_amount: 50, currency: 'CNY' };
      const sub_orders = parts(name).map((part) => ({ ...part, attach: '附加', description: '合单', amount }));
      const made = await wxpay[`combine_transactions_${kind}`]({
        combine_out_trade_no: `JSV3-${name}`, combine_mchid: env.WXPAY_MCH_ID, notify_url: shop.url('told'), sub_orders, ...more,
      });
      assert.strictEqual(made.status, 200, made.error);
    }
  });
  await flow('notification of a combined order', async () => {
    await control('/orders/JSV3-m1/pay', {});
    const { sub_orders } = await shop.next();
    assert.deepStrictEqual(sub_orders.map((one) => one.trade_state), ['SUCCESS', 'SUCCESS']);
  });
  await flow('query of a combined order', async () => {
    assert.deepStrictEqual((await find('JSV3-m1')).map((one) => one.amount.total_amount), [50, 50]);
  });
  await flow('close of a combined order', async () => {
    await verified(wxpay.combine_close('JSV3-m2', parts('m2')), 204);
    assert.deepStrictEqual((await find('JSV3-m2')).map((one) => one.trade_state), ['CLOSED', 'CLOSED']);
  });
}

async function sharing(wxpay, shop, verified) {
  const [[wx_serial_no, key]] = Object.entries(Pay.certificates);
  const staff = { type: 'PERSONAL_OPENID', account: 'o-JSV3', name: '张三' };
  const store = { type: 'MERCHANT_ID', account: '1900000303', name: '示例门店' };
  const sealed = (receiver, more) => ({ ...receiver, name: wxpay.publicEncrypt(receiver.name, key), ...more });
  await flow('receivers of shared money, with encrypted names', async () => {
    for (const [receiver, relation_type] of [[staff, 'STAFF'], [store, 'STORE']]) {
      const added = await verified(wxpay.profitsharing_receivers_add(sealed(receiver, { relation_type, wx_serial_no })));
      assert.strictEqual(wxpay.privateDecrypt(added.name), receiver.name);
    }
  });
  let transaction_id;
  const left = async () => (await verified(wxpay.query_profitsharing_amounts(transaction_id))).unsplit_amount;
  await flow('money shared', async () => {
    await verified(wxpay.transactions_native({
      description: '分账商品', out_trade_no: 'JSV3-shared', notify_url: shop.url('told'), amount: { total: 103 },
      settle_info: { profit_sharing: true },
    }));
    await control('/orders/JSV3-shared/pay', {});
    ({ transaction_id } = await shop.next());
    await verified(wxpay.create_profitsharing_orders({
      transaction_id, out_order_no: 'JSV3-S', unfreeze_unsplit: false, wx_serial_no,
      receivers: [sealed(staff, { amount: 9, description: '员工' }), sealed(store, { amount: 20, description: '门店' })],
    }));
    const { receivers } = await verified(wxpay.query_profitsharing_orders(transaction_id, 'JSV3-S'));
    assert.deepStrictEqual(receivers.map((one) => one.result), ['SUCCESS', 'SUCCESS']);
    assert.strictEqual(await left(), 74);
  });
  await flow('shared money returned', async () => {
    await verified(wxpay.profitsharing_return_orders({
      out_order_no: 'JSV3-S', out_return_no: 'JSV3-SR', return_mchid: store.account, amount: 5, description: '门店退回',
    }));
    const found = await verified(wxpay.query_profitsharing_return_orders('JSV3-SR', 'JSV3-S'));
    assert.strictEqual(found.result, 'SUCCESS');
  });
  await flow('notification of shared money', async () => {
    const own = { type: 'MERCHANT_ID', account: env.WXPAY_MCH_ID, name: '示例商户' };
    await verified(wxpay.profitsharing_receivers_add(sealed(own, { relation_type: 'HEADQUARTER', wx_serial_no })));
    await control('/profit_sharing', { notify_url: shop.url('told') });
    await verified(wxpay.create_profitsharing_orders({
      transaction_id, out_order_no: 'JSV3-SN', unfreeze_unsplit: false, wx_serial_no,
      receivers: [sealed(own, { amount: 1, description: '分给自己' })],
    }));
    const told = await shop.next();
    assert.deepStrictEqual([told.out_order_no, told.receiver.amount], ['JSV3-SN', 1]);
    await control('/profit_sharing', { notify_url: '' });
  });
  await flow('rest released', async () => {
    const rest = { transaction_id, out_order_no: 'JSV3-SU', description: '解冻全部剩余资金' };
    await verified(wxpay.profitsharing_orders_unfreeze(rest));
    assert.strictEqual(await left(), 0);
  });
  await flow('receiver removed', async () => {
    const { type, account } = store;
    assert.strictEqual((await verified(wxpay.profitsharing_receivers_delete({ type, account }))).account, account);
  });
}

run(main);
