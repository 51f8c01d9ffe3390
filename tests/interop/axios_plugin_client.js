// wechatpay-axios-plugin (npm) against the sandbox: APIv2 with and without the client certificate, the WeCom recipe of its
// README, APIv3 with sealed fields, and both kinds of notices.
'use strict';

const assert = require('node:assert');
const { readFileSync, readdirSync } = require('node:fs');
const http = require('node:http');
const { Wechatpay, Hash, Formatter, Rsa, Aes, Transformer } = require('wechatpay-axios-plugin');

const env = process.env;
const file = (name) => readFileSync(`${env.DIR}/${name}`);
const mchid = env.WXPAY_MCH_ID;

async function control(path, body) {
  const answer = await fetch(`${env.WXPAY_SANDBOX_CONTROL}/v1${path}`, body && {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  const told = await answer.json();
  assert.ok(answer.ok, JSON.stringify(told));
  return told;
}

async function lastChecks() {
  const { requests } = await control('/requests?limit=100000');
  return requests.at(-1).signatures;
}

// The keys of the platform by their ids, as the mode has them.
function platform() {
  if (env.TRUST === 'public-key') {
    return { [env.WXPAY_PUBLIC_KEY_ID]: file('pub_key.pem') };
  }
  const names = readdirSync(env.DIR).filter((name) => name.startsWith('wechatpay_'));
  return Object.fromEntries(names.map((name) => [name.slice(10, -4), file(name)]));
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
    const { amount, appid, desc, mch_id, nonce_str, openid, partner_trade_no, ww_msg_type } = data;
    if (!(amount && appid && desc && mch_id && nonce_str && openid && partner_trade_no && ww_msg_type)) {
      return data;
    }
    data.workwx_sign = Hash.md5(
      Formatter.queryStringLike(Formatter.ksort({
        amount, appid, desc, mch_id, nonce_str, openid, partner_trade_no, ww_msg_type,
      })), agentSecret, env.WXPAY_AGENT_ID,
    ).toUpperCase();
    return data;
  });
  return wxpay;
}

// A merchant's server: what it was told, in order.
function callback() {
  const told = [];
  const waiting = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      const xml = body.startsWith('<');
      response.end(xml ? Transformer.toXml({ return_code: 'SUCCESS', return_msg: 'OK' }) : '');
      const notice = { headers: request.headers, body };
      const next = waiting.shift();
      if (next) { next(notice); } else { told.push(notice); }
    });
  });
  const next = () => new Promise((resolve, reject) => {
    if (told.length) { resolve(told.shift()); return; }
    waiting.push(resolve);
    setTimeout(() => reject(new Error('no notice came')), 20000).unref();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}/notify`, next, close: () => server.close() });
    });
  });
}

async function employees(wxpay, number) {
  const payment = {
    appid: env.WXPAY_APP_ID, partner_trade_no: number, openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
    check_name: 'NO_CHECK', amount: '100', desc: '六月出差报销费用 & <b>', spbill_create_ip: '10.2.3.10',
    ww_msg_type: 'NORMAL_MSG', act_name: '示例项目', agentid: env.WXPAY_AGENT_ID, mch_id: mchid,
    nonce_str: Formatter.nonce(),
  };
  const paid = await wxpay.v2.mmpaymkttransfers.promotion.paywwsptrans2pocket.post(payment, { security: true });
  assert.strictEqual(paid.data.result_code, 'SUCCESS');
  assert.deepStrictEqual((await lastChecks()).map(({ kind, held }) => [kind, held]), [['sign', true], ['workwx_sign', true]]);
  const found = await wxpay.v2.mmpaymkttransfers.promotion.querywwsptrans2pocket.post({
    appid: env.WXPAY_APP_ID, mch_id: mchid, partner_trade_no: number, nonce_str: Formatter.nonce(),
  }, { security: true });
  assert.strictEqual(found.data.status, 'SUCCESS');
  assert.strictEqual(found.data.payment_amount, '100');
}

async function ordersV2(wxpay, shop) {
  const named = () => ({ appid: env.WXPAY_APP_ID, mch_id: mchid });
  for (const sign_type of ['MD5', 'HMAC-SHA256']) {
    const out_trade_no = `JS-V2-${sign_type}`;
    const made = await wxpay.v2.pay.unifiedorder.post({
      ...named(), sign_type, body: '商品 <1> & 2', out_trade_no, total_fee: '102', spbill_create_ip: '10.2.3.10',
      notify_url: shop.url, trade_type: 'NATIVE', product_id: 'P1',
    });
    assert.ok(made.data.code_url.startsWith('weixin://'));
    await control(`/orders/${out_trade_no}/pay`, {});
    const notice = Transformer.toObject((await shop.next()).body);
    const type = notice.sign.length === 64 ? Hash.ALGO_HMAC_SHA256 : Hash.ALGO_MD5;
    assert.ok(Hash.equals(Hash.sign(type, notice, env.WXPAY_V2_KEY), notice.sign), 'the notice is signed');
    assert.strictEqual(notice.out_trade_no, out_trade_no);
    const found = await wxpay.v2.pay.orderquery.post({ ...named(), sign_type, out_trade_no });
    assert.strictEqual(found.data.trade_state, 'SUCCESS');
    assert.strictEqual(found.data.total_fee, '102');
  }
  await control('/faults', { api: 'v2.pay.query_order', fault: 'tampered_body' });
  await assert.rejects(wxpay.v2.pay.orderquery.post({ ...named(), out_trade_no: 'JS-V2-MD5' }), /sign/);
}

async function ordersV3(wxpay, shop) {
  const out_trade_no = 'JS-V3-1';
  const made = await wxpay.v3.pay.transactions.native.post({
    mchid, appid: env.WXPAY_APP_ID, out_trade_no, description: '腾讯公仔', notify_url: shop.url, amount: { total: 103 },
  });
  assert.ok(made.data.code_url);
  await control(`/orders/${out_trade_no}/pay`, {});
  const { headers, body } = await shop.next();
  const key = platform()[headers['wechatpay-serial']];
  const text = Formatter.joinedByLineFeed(headers['wechatpay-timestamp'], headers['wechatpay-nonce'], body);
  assert.ok(Rsa.verify(text, headers['wechatpay-signature'], Rsa.from(key, Rsa.KEY_TYPE_PUBLIC)), 'the notice is signed');
  const { ciphertext, nonce, associated_data } = JSON.parse(body).resource;
  const told = JSON.parse(Aes.AesGcm.decrypt(ciphertext, env.WXPAY_V3_KEY, nonce, associated_data));
  assert.strictEqual(told.out_trade_no, out_trade_no);
  const found = await wxpay.v3.pay.transactions.outTradeNo.$out_trade_no$.get({ params: { mchid }, out_trade_no });
  assert.strictEqual(found.data.trade_state, 'SUCCESS');
  assert.strictEqual(found.data.transaction_id, told.transaction_id);

  const other = { mchid, appid: env.WXPAY_APP_ID, out_trade_no: 'JS-V3-2', description: '1', notify_url: shop.url, amount: { total: 1 } };
  await wxpay.v3.pay.transactions.native.post(other);
  const closed = await wxpay.v3.pay.transactions.outTradeNo.$out_trade_no$.close.post({ mchid }, { out_trade_no: 'JS-V3-2' });
  assert.strictEqual(closed.status, 204);
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

async function refused(wxpay) {
  const number = 'JS-REFUSED';
  await assert.rejects(
    wxpay.v2.pay.orderquery.post({ appid: env.WXPAY_APP_ID, mch_id: mchid, out_trade_no: number }),
    /return_code/,
  );
  const [check] = await lastChecks();
  assert.strictEqual(check.held, false);
  assert.strictEqual(check.causes[0].code, 'other_key');
}

async function main() {
  const shop = await callback();
  const pem = { cert: file('apiclient_cert.pem'), key: file('apiclient_key.pem') };
  const wxpay = client(pem);
  await employees(wxpay, 'JSPEM1');
  await employees(client({ pfx: file('apiclient_cert.p12'), passphrase: mchid }), 'JSP121');
  await ordersV2(wxpay, shop);
  await ordersV3(wxpay, shop);
  await batch(wxpay);
  await refused(client(pem, { secret: env.WXPAY_V3_KEY }));
  const { payouts } = await control('/payouts');
  assert.deepStrictEqual(payouts.map((payout) => [payout.partner_trade_no, payout.amount]), [['JSPEM1', 100], ['JSP121', 100]]);
  shop.close();
  console.log('wechatpay-axios-plugin: V2 with certificate (PEM and P12), WeCom, V3 and notices; both sides verified');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
