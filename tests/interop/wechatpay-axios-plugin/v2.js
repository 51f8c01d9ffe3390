// APIv2.
'use strict';

const assert = require('node:assert');
const { Formatter } = require('wechatpay-axios-plugin');
const { env, control, flow, PAYER } = require('sandbox');
const { appid, mchid } = require('./keys');

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
  await line('payment by code', async () => {
    const { auth_code } = await control('/payment_codes', {});
    const charged = (await pay.micropay.post({
      ...named, auth_code, body: '早餐 & <1>', out_trade_no: number('CODE'), total_fee: '102', spbill_create_ip: '10.2.3.10',
    })).data;
    assert.strictEqual(charged.trade_type, 'MICROPAY');
  });
  await line('reverse', async () => {
    const reversed = await wxpay.v2.secapi.pay.reverse.post({ ...named, out_trade_no: number('CODE') }, { security: true });
    assert.strictEqual(reversed.data.recall, 'N');
    assert.strictEqual((await query({ out_trade_no: number('CODE') })).trade_state, 'REVOKED');
  });
  // As files, which have no signature.
  const whole = { responseType: 'arraybuffer', transformResponse: [(data) => data] };
  const bill_date = env.BILL_DATE.replaceAll('-', '');
  await line('trade bill', async () => {
    const { data } = await pay.downloadbill.post({ ...named, bill_date, bill_type: 'ALL' }, whole);
    const { rows } = Formatter.castCsvBill(data);
    assert.strictEqual(rows.find((row) => row['商户订单号'] === env.BILL_ORDER)['订单金额'], '1.05');
  });
  await line('a bill that is not there', async () => {
    const none = { ...named, bill_date: env.EMPTY_DATE.replaceAll('-', ''), bill_type: 'ALL' };
    await assert.rejects(pay.downloadbill.post(none), ({ response }) => response.data.return_msg === 'No Bill Exist');
  });
  if (sign_type === 'HMAC-SHA256') {
    await line('fund flow bill', async () => {
      const { data } = await pay.downloadfundflow.post({ ...named, bill_date, account_type: 'Basic' }, { ...whole, security: true });
      const { rows } = Formatter.castCsvBill(data);
      assert.ok(rows.some((row) => row['业务凭证号'] === env.BILL_ORDER), data.toString());
    });
  }
  await line('a response with a wrong signature is refused', async () => {
    await control('/faults', { api: 'v2.pay.query_order', fault: 'wrong_signature' });
    await assert.rejects(query({ out_trade_no: number('NATIVE') }), /sign/);
  });
}

module.exports = { employees, flowsV2 };
