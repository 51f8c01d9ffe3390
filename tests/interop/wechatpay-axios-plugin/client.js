// wechatpay-axios-plugin (npm) against the sandbox: APIv2 with both digests, the WeCom recipe of its README, with the client
// certificate in PEM and in P12, and APIv3 with encrypted fields. It verifies responses by itself, and notifications with its
// functions for signatures.
'use strict';

const assert = require('node:assert');
const { createHash } = require('node:crypto');
const { readFileSync, readdirSync } = require('node:fs');
const { Wechatpay, Hash, Formatter, Rsa, Aes, Transformer } = require('wechatpay-axios-plugin');
const { env, control, flow, spoiled, openShop, run, PAYER } = require('sandbox');

const file = (name) => readFileSync(`${env.KEYS}/${name}`);
const mchid = env.WXPAY_MCH_ID;
const appid = env.WXPAY_APP_ID;

// The keys of the platform by their ids, as the mode has them.
function platform() {
  if (env.TRUST === 'public-key') {
    return { [env.WXPAY_PUBLIC_KEY_ID]: file('pub_key.pem') };
  }
  const names = readdirSync(env.KEYS).filter((name) => name.startsWith('wechatpay_'));
  return Object.fromEntries(names.map((name) => [name.slice(10, -4), file(name)]));
}

const isSigned = (headers, body) => Rsa.verify(
  Formatter.joinedByLineFeed(headers['wechatpay-timestamp'], headers['wechatpay-nonce'], body),
  headers['wechatpay-signature'],
  Rsa.from(platform()[headers['wechatpay-serial']], Rsa.KEY_TYPE_PUBLIC),
);

function readV2(_, body) {
  const isSignedV2 = (notice) => {
    const type = notice.sign.length === 64 ? Hash.ALGO_HMAC_SHA256 : Hash.ALGO_MD5;
    return Hash.equals(Hash.sign(type, notice, env.WXPAY_V2_KEY), notice.sign);
  };
  assert.ok(!isSignedV2(Transformer.toObject(spoiled(body))), 'a notification that was changed is authentic');
  const notice = Transformer.toObject(body);
  assert.ok(isSignedV2(notice), 'a notification is not authentic');
  return notice;
}

function readRefundV2(_, body) {
  const open = (text) => Transformer.toObject(
    Aes.AesEcb.decrypt(Transformer.toObject(text).req_info, Hash.md5(env.WXPAY_V2_KEY)),
  );
  assert.throws(() => open(spoiled(body)));
  return open(body);
}

function readV3(headers, body) {
  assert.ok(!isSigned(headers, spoiled(body)), 'a notification that was changed is authentic');
  assert.ok(isSigned(headers, body), 'a notification is not authentic');
  const { ciphertext, nonce, associated_data } = JSON.parse(body).resource;
  return JSON.parse(Aes.AesGcm.decrypt(ciphertext, env.WXPAY_V3_KEY, nonce, associated_data));
}

function client(merchant, more = {}) {
  const wxpay = new Wechatpay({
    mchid,
    serial: env.WXPAY_SERIAL_NO,
    privateKey: file('apiclient_key.pem'),
    certs: platform(),
    secret: env.WXPAY_V2_KEY,
    merchant,
    baseURL: `${env.WXPAY_BASE_URL}/`,
    proxy: false,
    ...more,
  });
  const agentSecret = Hash.keyObjectFrom(env.WXPAY_WECOM_SECRET);
  wxpay.client.v2.defaults.transformRequest.unshift(function wwsptrans2pocket(data) {
    const { amount, appid: app, desc, mch_id, nonce_str, openid, partner_trade_no, ww_msg_type } = data;
    if (!(amount && app && desc && mch_id && nonce_str && openid && partner_trade_no && ww_msg_type)) {
      return data;
    }
    data.workwx_sign = Hash.md5(
      Formatter.queryStringLike(Formatter.ksort({
        amount, appid: app, desc, mch_id, nonce_str, openid, partner_trade_no, ww_msg_type,
      })), agentSecret, env.WXPAY_AGENT_ID,
    ).toUpperCase();
    return data;
  });
  return wxpay;
}

async function employees(wxpay, number) {
  const payment = {
    appid, partner_trade_no: number, openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E', check_name: 'NO_CHECK', amount: '100',
    desc: '六月出差报销费用 & <b>', spbill_create_ip: '10.2.3.10', ww_msg_type: 'NORMAL_MSG', act_name: '示例项目',
    agentid: env.WXPAY_AGENT_ID, mch_id: mchid, nonce_str: Formatter.nonce(),
  };
  const paid = await wxpay.v2.mmpaymkttransfers.promotion.paywwsptrans2pocket.post(payment, { security: true });
  assert.strictEqual(paid.data.result_code, 'SUCCESS');
  const found = await wxpay.v2.mmpaymkttransfers.promotion.querywwsptrans2pocket.post({
    appid, mch_id: mchid, partner_trade_no: number, nonce_str: Formatter.nonce(),
  }, { security: true });
  assert.strictEqual(found.data.status, 'SUCCESS');
  assert.strictEqual(found.data.payment_amount, '100');
}

async function flowsV2(wxpay, shop, sign_type) {
  const { pay } = wxpay.v2;
  const number = (name) => `JSA-${sign_type}-${name}`;
  const line = (name, steps) => flow(`V2 ${name} (${sign_type})`, steps);
  const named = { appid, mch_id: mchid, sign_type };
  const query = async (of) => (await pay.orderquery.post({ ...named, ...of })).data;
  for (const [trade_type, more, has] of [
    ['JSAPI', { openid: PAYER }, 'prepay_id'],
    ['APP', {}, 'prepay_id'],
    ['MWEB', { scene_info: '{"h5_info":{"type":"Wap"}}' }, 'mweb_url'],
    ['NATIVE', { product_id: 'P1' }, 'code_url'],
  ]) {
    await line(`order ${trade_type}`, async () => {
      const made = await pay.unifiedorder.post({
        ...named, body: '商品 <1> & 2', out_trade_no: number(trade_type), total_fee: '102', spbill_create_ip: '10.2.3.10',
        notify_url: shop.url('v2'), trade_type, ...more,
      });
      assert.ok(made.data[has], JSON.stringify(made.data));
    });
  }
  await line('query by merchant order number', async () => {
    assert.strictEqual((await query({ out_trade_no: number('JSAPI') })).trade_state, 'NOTPAY');
  });
  await line('close', async () => {
    await pay.closeorder.post({ ...named, out_trade_no: number('APP') });
    assert.strictEqual((await query({ out_trade_no: number('APP') })).trade_state, 'CLOSED');
  });
  let paid;
  await line('payment notification', async () => {
    await control(`/orders/${number('NATIVE')}/pay`, {});
    paid = await shop.next();
    assert.strictEqual(paid.out_trade_no, number('NATIVE'));
  });
  await line('query by WeChat Pay order number', async () => {
    const found = await query({ transaction_id: paid.transaction_id });
    assert.strictEqual(found.trade_state, 'SUCCESS');
    assert.strictEqual(found.total_fee, '102');
  });
  let refund;
  await line('refund', async () => {
    refund = (await wxpay.v2.secapi.pay.refund.post({
      ...named, out_trade_no: number('NATIVE'), out_refund_no: number('R'), total_fee: '102', refund_fee: '100',
      refund_desc: '退款 & <商品>', notify_url: shop.url('refunded'),
    }, { security: true })).data;
  });
  await line('refund notification', async () => {
    const told = await shop.next();
    assert.strictEqual(told.refund_id, refund.refund_id);
    assert.strictEqual(told.refund_status, 'SUCCESS');
  });
  await line('refund query', async () => {
    const found = (await pay.refundquery.post({ ...named, out_refund_no: number('R') })).data;
    assert.strictEqual(found.refund_status_0, 'SUCCESS');
    assert.strictEqual(found.refund_fee_0, '100');
  });
  await line('a response with a wrong signature is refused', async () => {
    await control('/faults', { api: 'v2.pay.query_order', fault: 'wrong_signature' });
    await assert.rejects(query({ out_trade_no: number('NATIVE') }), /sign/);
  });
}

async function flowsV3(wxpay, shop) {
  const { transactions } = wxpay.v3.pay;
  const notify_url = shop.url('v3');
  const byNumber = async (out_trade_no) => (await transactions.outTradeNo.$out_trade_no$.get({ params: { mchid }, out_trade_no })).data;
  for (const [kind, more, has] of [
    ['jsapi', { payer: { openid: PAYER } }, 'prepay_id'],
    ['app', {}, 'prepay_id'],
    ['h5', { scene_info: { payer_client_ip: '10.2.3.10', h5_info: { type: 'Wap' } } }, 'h5_url'],
    ['native', {}, 'code_url'],
  ]) {
    await flow(`V3 order ${kind}`, async () => {
      const made = await transactions[kind].post({
        mchid, appid, out_trade_no: `JSA3-${kind}`, description: '腾讯公仔', notify_url, amount: { total: 103 }, ...more,
      });
      assert.ok(made.data[has], JSON.stringify(made.data));
    });
  }
  await flow('V3 query by merchant order number', async () => {
    assert.strictEqual((await byNumber('JSA3-jsapi')).trade_state, 'NOTPAY');
  });
  await flow('V3 close', async () => {
    const closed = await transactions.outTradeNo.$out_trade_no$.close.post({ mchid }, { out_trade_no: 'JSA3-app' });
    assert.strictEqual(closed.status, 204);
    assert.strictEqual((await byNumber('JSA3-app')).trade_state, 'CLOSED');
  });
  let paid;
  await flow('V3 payment notification', async () => {
    await control('/orders/JSA3-native/pay', {});
    paid = await shop.next();
    assert.strictEqual(paid.out_trade_no, 'JSA3-native');
  });
  await flow('V3 query by WeChat Pay order number', async () => {
    const found = await transactions.id.$transaction_id$.get({ params: { mchid }, transaction_id: paid.transaction_id });
    assert.strictEqual(found.data.trade_state, 'SUCCESS');
  });
  let refund;
  await flow('V3 refund', async () => {
    const amount = { refund: 100, total: 103, currency: 'CNY' };
    const order = { out_trade_no: 'JSA3-native', out_refund_no: 'JSA3-R' };
    refund = (await wxpay.v3.refund.domestic.refunds.post({ ...order, reason: '退款 & <商品>', notify_url, amount })).data;
  });
  await flow('V3 refund notification', async () => {
    const told = await shop.next();
    assert.strictEqual(told.refund_id, refund.refund_id);
    assert.strictEqual(told.refund_status, 'SUCCESS');
  });
  await flow('V3 refund query', async () => {
    const found = await wxpay.v3.refund.domestic.refunds.$out_refund_no$.get({ out_refund_no: 'JSA3-R' });
    assert.strictEqual(found.data.status, 'SUCCESS');
    assert.strictEqual(found.data.amount.refund, 100);
  });
  await flow('V3 trade bill', async () => {
    const bill = await wxpay.v3.bill.tradebill.get({ params: { bill_date: env.BILL_DATE } });
    const token = new URL(bill.data.download_url).searchParams.get('token');
    const { data } = await wxpay.v3.billdownload.file.get({ params: { token }, responseType: 'arraybuffer' });
    assert.strictEqual(createHash('sha1').update(data).digest('hex'), bill.data.hash_value);
    assert.ok(data.includes(env.BILL_ORDER));
  });
  await flow('V3 a response with a wrong signature is refused', async () => {
    await control('/faults', { api: 'v3.pay.query_order_by_out_trade_no', fault: 'wrong_signature' });
    await assert.rejects(byNumber('JSA3-native'), /signature|verif/i);
  });
  await flow('V3 batch of transfers, with encrypted names', () => batch(wxpay));
}

async function batch(wxpay) {
  const [[serial, key]] = Object.entries(platform());
  const seal = (text) => Rsa.encrypt(text, Rsa.from(key, Rsa.KEY_TYPE_PUBLIC));
  const detail = (out_detail_no, transfer_amount, name) => ({
    out_detail_no, transfer_amount, transfer_remark: '报销', openid: `o-${out_detail_no}`, user_name: seal(name),
  });
  const made = await wxpay.v3.partnerTransfer.batches.post({
    sub_mchid: '1900001109', authorization_type: 'FUND_AUTHORIZATION_TYPE', out_batch_no: 'JSB1', batch_name: '批次', batch_remark: '备注',
    total_amount: 300, total_num: 2, sp_appid: 'wxf636efh567hg4356',
    transfer_detail_list: [detail('D1', 100, '张三'), detail('D2', 200, '欧阳修')],
  }, { headers: { 'Wechatpay-Serial': serial } });
  assert.ok(made.data.batch_id);
  await control('/batches/JSB1/settle', {});
  const found = await wxpay.v3.partnerTransfer.batches.outBatchNo._out_batch_no_.details.outDetailNo._out_detail_no_
    .get({ out_batch_no: 'JSB1', out_detail_no: 'D2' });
  assert.strictEqual(found.data.detail_status, 'SUCCESS');
  assert.strictEqual(Rsa.decrypt(found.data.username, Rsa.from(file('apiclient_key.pem'), Rsa.KEY_TYPE_PRIVATE)), '欧阳修');
}

async function main() {
  const shop = await openShop({ v2: readV2, refunded: readRefundV2, v3: readV3 });
  const pem = { cert: file('apiclient_cert.pem'), key: file('apiclient_key.pem') };
  const wxpay = client(pem);
  await flow('V2 payment to an employee, certificate in PEM', () => employees(wxpay, 'JSPEM1'));
  await flow('V2 payment to an employee, certificate in P12', () => (
    employees(client({ pfx: file('apiclient_cert.p12'), passphrase: mchid }), 'JSP121')
  ));
  await flowsV2(wxpay, shop, 'MD5');
  await flowsV2(wxpay, shop, 'HMAC-SHA256');
  await flowsV3(wxpay, shop);
  await flow('the sandbox refuses the signature of another key', async () => {
    const query = client(pem, { secret: env.WXPAY_V3_KEY }).v2.pay.orderquery;
    await assert.rejects(query.post({ appid, mch_id: mchid, out_trade_no: 'JSA-REFUSED' }), /return_code/);
  });
  shop.close();
}

run(main);
