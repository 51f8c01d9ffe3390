// Money that is shared, in both protocols.
'use strict';

const assert = require('node:assert');
const { control, flow } = require('sandbox');
const { appid, mchid, sealing, open } = require('./keys');

const STAFF = { type: 'PERSONAL_OPENID', account: 'o-JSA', name: '张三' };
const STORE = { type: 'MERCHANT_ID', account: '1900000302', name: '示例门店' };

// APIv2 has one digest for all of it.
async function flowsV2(wxpay, shop) {
  const { pay, secapi } = wxpay.v2;
  const both = { mch_id: mchid, sign_type: 'HMAC-SHA256' };
  const named = { ...both, appid };
  const secure = { security: true };
  await flow('V2 receivers of shared money', async () => {
    for (const [receiver, relation_type] of [[STAFF, 'STAFF'], [STORE, 'STORE']]) {
      const added = await pay.profitsharingaddreceiver.post({ ...named, receiver: JSON.stringify({ ...receiver, relation_type }) });
      assert.strictEqual(JSON.parse(added.data.receiver).account, receiver.account);
    }
  });
  let transaction_id;
  await flow('V2 money shared', async () => {
    await pay.unifiedorder.post({
      ...named, body: '分账商品', out_trade_no: 'JSA-SHARED', total_fee: '102', spbill_create_ip: '10.2.3.10',
      notify_url: shop.url('v2'), trade_type: 'NATIVE', product_id: 'P1', profit_sharing: 'Y',
    });
    await control('/orders/JSA-SHARED/pay', {});
    ({ transaction_id } = await shop.next());
    const receivers = JSON.stringify([{ ...STAFF, amount: 10, description: '员工' }, { ...STORE, amount: 20, description: '门店' }]);
    await secapi.pay.multiprofitsharing.post({ ...named, transaction_id, out_order_no: 'JSA-S', receivers }, secure);
    const found = await pay.profitsharingquery.post({ ...both, transaction_id, out_order_no: 'JSA-S' });
    assert.deepStrictEqual(JSON.parse(found.data.receivers).map((one) => one.result), ['SUCCESS', 'SUCCESS']);
    const left = await pay.profitsharingorderamountquery.post({ ...both, transaction_id });
    assert.strictEqual(left.data.unsplit_amount, '72');
  });
  await flow('V2 shared money returned', async () => {
    await secapi.pay.profitsharingreturn.post({
      ...named, out_order_no: 'JSA-S', out_return_no: 'JSA-SR', return_account_type: 'MERCHANT_ID', return_account: STORE.account,
      return_amount: '5', description: '门店退回',
    }, secure);
    const found = await pay.profitsharingreturnquery.post({ ...named, out_order_no: 'JSA-S', out_return_no: 'JSA-SR' });
    assert.strictEqual(found.data.result, 'SUCCESS');
  });
  await flow('V2 rest released', async () => {
    await secapi.pay.profitsharingfinish.post({ ...named, transaction_id, out_order_no: 'JSA-SU', description: '分账完结' }, secure);
    const left = await pay.profitsharingorderamountquery.post({ ...both, transaction_id });
    assert.strictEqual(left.data.unsplit_amount, '0');
  });
  await flow('V2 receiver removed', async () => {
    const receiver = JSON.stringify({ type: STORE.type, account: STORE.account });
    await pay.profitsharingremovereceiver.post({ ...named, receiver });
  });
}

async function flowsV3(wxpay, shop) {
  const { orders, receivers, returnOrders, transactions } = wxpay.v3.profitsharing;
  const { seal, headers } = sealing();
  const sealed = (receiver, more) => ({ ...receiver, name: seal(receiver.name), ...more });
  const left = async (transaction_id) => (await transactions.$transaction_id$.amounts.get({ transaction_id })).data.unsplit_amount;
  await flow('V3 receivers of shared money, with encrypted names', async () => {
    for (const [receiver, relation_type] of [[STAFF, 'STAFF'], [STORE, 'STORE']]) {
      const added = await receivers.add.post({ appid, ...sealed(receiver, { relation_type }) }, { headers });
      assert.strictEqual(open(added.data.name), receiver.name);
    }
  });
  let transaction_id;
  await flow('V3 money shared', async () => {
    await wxpay.v3.pay.transactions.native.post({
      mchid, appid, out_trade_no: 'JSA3-shared', description: '分账商品', notify_url: shop.url('v3'), amount: { total: 103 },
      settle_info: { profit_sharing: true },
    });
    await control('/orders/JSA3-shared/pay', {});
    ({ transaction_id } = await shop.next());
    await orders.post({
      appid, transaction_id, out_order_no: 'JSA3-S', unfreeze_unsplit: false,
      receivers: [sealed(STAFF, { amount: 9, description: '员工' }), sealed(STORE, { amount: 20, description: '门店' })],
    }, { headers });
    const found = await orders.$out_order_no$.get({ out_order_no: 'JSA3-S', params: { transaction_id } });
    assert.deepStrictEqual(found.data.receivers.map((one) => one.result), ['SUCCESS', 'SUCCESS']);
    assert.strictEqual(await left(transaction_id), 74);
  });
  await flow('V3 shared money returned', async () => {
    await returnOrders.post({
      out_order_no: 'JSA3-S', out_return_no: 'JSA3-SR', return_mchid: STORE.account, amount: 5, description: '门店退回',
    });
    const found = await returnOrders.$out_return_no$.get({ out_return_no: 'JSA3-SR', params: { out_order_no: 'JSA3-S' } });
    assert.strictEqual(found.data.result, 'SUCCESS');
  });
  await flow('V3 notification of shared money', async () => {
    const own = { type: 'MERCHANT_ID', account: mchid, name: '示例商户' };
    await receivers.add.post({ appid, ...sealed(own, { relation_type: 'HEADQUARTER' }) }, { headers });
    await control('/profit_sharing', { notify_url: shop.url('v3') });
    const shares = [sealed(own, { amount: 1, description: '分给自己' })];
    await orders.post({ appid, transaction_id, out_order_no: 'JSA3-SN', unfreeze_unsplit: false, receivers: shares }, { headers });
    const told = await shop.next();
    assert.deepStrictEqual([told.out_order_no, told.receiver.amount], ['JSA3-SN', 1]);
    await control('/profit_sharing', { notify_url: '' });
  });
  await flow('V3 rest released', async () => {
    await orders.unfreeze.post({ transaction_id, out_order_no: 'JSA3-SU', description: '解冻全部剩余资金' });
    assert.strictEqual(await left(transaction_id), 0);
  });
  await flow('V3 receiver removed', async () => {
    const removed = await receivers.chain('delete').post({ appid, type: STORE.type, account: STORE.account });
    assert.strictEqual(removed.data.account, STORE.account);
  });
}

module.exports = { flowsV2, flowsV3 };
