// APIv3.
'use strict';

const assert = require('node:assert');
const { createHash } = require('node:crypto');
const { env, control, flow, PAYER } = require('sandbox');
const { appid, mchid, sealing, open } = require('./keys');

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
  await flow('V3 payment by code', async () => {
    const { auth_code } = await control('/payment_codes', {});
    const { data } = await transactions.codepay.post({
      mchid, appid, out_trade_no: 'JSA3-code', description: '早餐', amount: { total: 103 }, payer: { auth_code },
      scene_info: { device_ip: '10.2.3.10', store_info: { id: '1' } },
    });
    assert.strictEqual(data.trade_state, 'SUCCESS');
  });
  await flow('V3 reverse', async () => {
    await transactions.outTradeNo.$out_trade_no$.reverse.post({ mchid, appid }, { out_trade_no: 'JSA3-code' });
    assert.strictEqual((await byNumber('JSA3-code')).trade_state, 'REVOKED');
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
  await flow('V3 abnormal refund, with an encrypted card', async () => {
    const { refunds } = wxpay.v3.refund.domestic;
    const { seal, headers } = sealing();
    const numbers = { out_trade_no: 'JSA3-native', out_refund_no: 'JSA3-RA' };
    await control('/refund_end', { end: 'abnormal' });
    const amount = { refund: 1, total: 103, currency: 'CNY' };
    const { refund_id } = (await refunds.post({ ...numbers, notify_url, amount })).data;
    assert.strictEqual((await shop.next()).refund_status, 'ABNORMAL');
    await control('/refund_end', { end: 'success' });
    await refunds.$refund_id$.applyAbnormalRefund.post({
      out_refund_no: 'JSA3-RA', type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT', bank_account: seal('6222020200000000000'),
      real_name: seal('张三'),
    }, { refund_id, headers });
    assert.strictEqual((await shop.next()).refund_status, 'SUCCESS');
  });
  for (const [name, apply] of [['trade bill', wxpay.v3.bill.tradebill], ['fund flow bill', wxpay.v3.bill.fundflowbill]]) {
    await flow(`V3 ${name}`, async () => {
      const bill = await apply.get({ params: { bill_date: env.BILL_DATE } });
      const token = new URL(bill.data.download_url).searchParams.get('token');
      const { data } = await wxpay.v3.billdownload.file.get({ params: { token }, responseType: 'arraybuffer' });
      assert.strictEqual(createHash('sha1').update(data).digest('hex'), bill.data.hash_value);
      assert.ok(data.includes(env.BILL_ORDER));
    });
  }
  await flow('V3 a response with a wrong signature is refused', async () => {
    await control('/faults', { api: 'v3.pay.query_order_by_out_trade_no', fault: 'wrong_signature' });
    await assert.rejects(byNumber('JSA3-native'), /signature|verif/i);
  });
}

async function ofSubMerchant(wxpay, shop) {
  const { transactions } = wxpay.v3.pay.partner;
  const { refunds } = wxpay.v3.refund.domestic;
  const sub = { sub_mchid: '1900001109' };
  const both = { sp_mchid: mchid, ...sub };
  const byNumber = transactions.outTradeNo.$out_trade_no$;
  const find = async (out_trade_no) => (await byNumber.get({ params: both, out_trade_no })).data;
  await flow('V3 order of a sub-merchant, with its notification and query', async () => {
    for (const out_trade_no of ['JSA3-P1', 'JSA3-P2']) {
      await transactions.native.post({
        ...both, sp_appid: appid, out_trade_no, description: '子商户商品', notify_url: shop.url('v3'), amount: { total: 103 },
      });
    }
    await control('/orders/JSA3-P1/pay', {});
    assert.strictEqual((await shop.next()).sub_mchid, sub.sub_mchid);
    assert.strictEqual((await find('JSA3-P1')).trade_state, 'SUCCESS');
  });
  await flow('V3 refund of a sub-merchant, with its notification and query', async () => {
    const amount = { refund: 1, total: 103, currency: 'CNY' };
    const refund = { ...sub, out_trade_no: 'JSA3-P1', out_refund_no: 'JSA3-PR', notify_url: shop.url('v3'), amount };
    const { refund_id } = (await refunds.post(refund)).data;
    assert.strictEqual((await shop.next()).refund_id, refund_id);
    const found = await refunds.$out_refund_no$.get({ params: sub, out_refund_no: 'JSA3-PR' });
    assert.strictEqual(found.data.status, 'SUCCESS');
  });
  await flow("V3 close of a sub-merchant's order", async () => {
    await byNumber.close.post(both, { out_trade_no: 'JSA3-P2' });
    assert.strictEqual((await find('JSA3-P2')).trade_state, 'CLOSED');
  });
}

async function combined(wxpay, shop) {
  const { combineTransactions } = wxpay.v3;
  const numbered = combineTransactions.outTradeNo.$combine_out_trade_no$;
  const parts = (name) => [1, 2].map((n) => ({ mchid, out_trade_no: `JSA3-${name}-${n}` }));
  const find = async (number) => (await numbered.get({ combine_out_trade_no: number })).data.sub_orders;
  await flow('V3 combined order', async () => {
    for (const [name, kind, more] of [['m1', 'native', {}], ['m2', 'jsapi', { combine_payer_info: { openid: PAYER } }]]) {
      const amount = { total_amount: 50, currency: 'CNY' };
      const sub_orders = parts(name).map((part) => ({ ...part, attach: '附加', description: '合单', amount }));
      await combineTransactions[kind].post({
        combine_appid: appid, combine_mchid: mchid, combine_out_trade_no: `JSA3-${name}`, notify_url: shop.url('v3'), sub_orders, ...more,
      });
    }
  });
  await flow('V3 notification of a combined order', async () => {
    await control('/orders/JSA3-m1/pay', {});
    const { sub_orders } = await shop.next();
    assert.deepStrictEqual(sub_orders.map((one) => one.trade_state), ['SUCCESS', 'SUCCESS']);
  });
  await flow('V3 query of a combined order', async () => {
    assert.deepStrictEqual((await find('JSA3-m1')).map((one) => one.amount.total_amount), [50, 50]);
  });
  await flow('V3 close of a combined order', async () => {
    const named = { combine_appid: appid, sub_orders: parts('m2') };
    await numbered.close.post(named, { combine_out_trade_no: 'JSA3-m2' });
    assert.deepStrictEqual((await find('JSA3-m2')).map((one) => one.trade_state), ['CLOSED', 'CLOSED']);
  });
}

async function batch(wxpay) {
  const { seal, headers } = sealing();
  const detail = (out_detail_no, transfer_amount, name) => ({
    out_detail_no, transfer_amount, transfer_remark: '报销', openid: `o-${out_detail_no}`, user_name: seal(name),
  });
  const made = await wxpay.v3.partnerTransfer.batches.post({
    sub_mchid: '1900001109', authorization_type: 'FUND_AUTHORIZATION_TYPE', out_batch_no: 'JSB1', batch_name: '批次', batch_remark: '备注',
    total_amount: 300, total_num: 2, sp_appid: 'wxf636efh567hg4356',
    transfer_detail_list: [detail('D1', 100, '张三'), detail('D2', 200, '欧阳修')],
  }, { headers });
  assert.ok(made.data.batch_id);
  await control('/batches/JSB1/settle', {});
  const found = await wxpay.v3.partnerTransfer.batches.outBatchNo._out_batch_no_.details.outDetailNo._out_detail_no_
    .get({ out_batch_no: 'JSB1', out_detail_no: 'D2' });
  assert.strictEqual(found.data.detail_status, 'SUCCESS');
  assert.strictEqual(open(found.data.username), '欧阳修');
}

module.exports = { batch, combined, flowsV3, ofSubMerchant };
