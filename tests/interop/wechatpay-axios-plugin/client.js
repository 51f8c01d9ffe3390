// wechatpay-axios-plugin (npm) against the sandbox: APIv2 with both digests, the WeCom recipe of its README, with the client
// certificate in PEM and in P12, and APIv3 with encrypted fields. It verifies responses by itself, and notifications with its
// functions for signatures. It has no functions of its own for the operations: their paths are its properties.
'use strict';

const assert = require('node:assert');
const { Wechatpay, Hash, Formatter, Rsa, Aes, Transformer } = require('wechatpay-axios-plugin');
const { env, flow, spoiled, openShop, run } = require('sandbox');
const { appid, mchid, file, platform } = require('./keys');
const complaints = require('./complaints');
const sharing = require('./sharing');
const { employees, flowsV2 } = require('./v2');
const { batch, combined, flowsV3, ofSubMerchant } = require('./v3');

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
  await sharing.flowsV2(wxpay, shop);
  await flowsV3(wxpay, shop);
  await ofSubMerchant(wxpay, shop);
  await combined(wxpay, shop);
  await flow('V3 batch of transfers, with encrypted names', () => batch(wxpay));
  await complaints(wxpay, shop);
  await sharing.flowsV3(wxpay, shop);
  await flow('the sandbox refuses the signature of another key', async () => {
    const query = client(pem, { secret: env.WXPAY_V3_KEY }).v2.pay.orderquery;
    await assert.rejects(query.post({ appid, mch_id: mchid, out_trade_no: 'JSA-REFUSED' }), /return_code/);
  });
  shop.close();
}

run(main);
