// tenpay (npm) against the sandbox: APIv2 with both digests. It verifies responses and notifications by itself, and reads bills,
// which have no signature.
'use strict';

const assert = require('node:assert');
const { readFileSync } = require('node:fs');
const Tenpay = require('tenpay');
const { env, control, flow, spoiled, leadToSandbox, openShop, run, PAYER } = require('sandbox');

leadToSandbox();

async function main() {
  const shop = await openShop({ paid, refunded });
  const wxpay = new Tenpay({
    appid: env.WXPAY_APP_ID,
    mchid: env.WXPAY_MCH_ID,
    partnerKey: env.WXPAY_V2_KEY,
    pfx: readFileSync(env.WXPAY_P12),
    notify_url: shop.url('paid'),
    spbill_create_ip: '10.2.3.10',
  });

  // Its middleware for Koa, and as much of Koa as that looks at.
  async function take(kind, body) {
    const context = { request: { body } };
    await wxpay.middleware(kind)(context, async () => {});
    if (!context.request.weixin) { throw new Error(context.body); }
    return context.request.weixin;
  }

  async function paid(_, body) {
    await assert.rejects(take('pay', spoiled(body)), /sign/);
    return take('pay', body);
  }

  async function refunded(_, body) {
    await assert.rejects(take('refund', spoiled(body)));
    return take('refund', body);
  }

  for (const sign_type of ['MD5', 'HMAC-SHA256']) {
    const number = (name) => `JST-${sign_type}-${name}`;
    const line = (name, steps) => flow(`${name} (${sign_type})`, steps);
    for (const [trade_type, more, has] of [
      ['JSAPI', { openid: PAYER }, 'prepay_id'],
      ['APP', {}, 'prepay_id'],
      ['MWEB', { scene_info: '{"h5_info":{"type":"Wap"}}' }, 'mweb_url'],
      ['NATIVE', { product_id: 'P1' }, 'code_url'],
    ]) {
      await line(`order ${trade_type}`, async () => {
        const made = await wxpay.unifiedOrder({
          sign_type, trade_type, out_trade_no: number(trade_type), body: '商品 <1> & 2', total_fee: 102, ...more,
        });
        assert.ok(made[has], JSON.stringify(made));
      });
    }
    await line('query by merchant order number', async () => {
      const found = await wxpay.orderQuery({ sign_type, out_trade_no: number('JSAPI') });
      assert.strictEqual(found.trade_state, 'NOTPAY');
    });
    await line('close', async () => {
      await wxpay.closeOrder({ sign_type, out_trade_no: number('APP') });
      const found = await wxpay.orderQuery({ sign_type, out_trade_no: number('APP') });
      assert.strictEqual(found.trade_state, 'CLOSED');
    });
    let told;
    await line('payment notification', async () => {
      await control(`/orders/${number('NATIVE')}/pay`, {});
      told = await shop.next();
      assert.strictEqual(told.out_trade_no, number('NATIVE'));
      assert.strictEqual(told.total_fee, '102');
    });
    await line('query by WeChat Pay order number', async () => {
      const found = await wxpay.orderQuery({ sign_type, transaction_id: told.transaction_id });
      assert.strictEqual(found.trade_state, 'SUCCESS');
    });
    let refund;
    await line('refund', async () => {
      refund = await wxpay.refund({
        sign_type, out_trade_no: number('NATIVE'), out_refund_no: number('R'), total_fee: 102, refund_fee: 100,
        refund_desc: '退款 & <商品>', notify_url: shop.url('refunded'),
      });
    });
    await line('refund notification', async () => {
      const { req_info: ended } = await shop.next();
      assert.strictEqual(ended.refund_id, refund.refund_id);
      assert.strictEqual(ended.refund_status, 'SUCCESS');
    });
    await line('refund query', async () => {
      const found = await wxpay.refundQuery({ sign_type, out_refund_no: number('R') });
      assert.strictEqual(found.refund_status_0, 'SUCCESS');
      assert.strictEqual(found.refund_fee_0, '100');
    });
    await line('payment by code', async () => {
      const { auth_code } = await control('/payment_codes', {});
      const charged = await wxpay.micropay({
        sign_type, auth_code, out_trade_no: number('CODE'), body: '早餐 & <1>', total_fee: 102,
      });
      assert.strictEqual(charged.trade_type, 'MICROPAY');
    });
    await line('reverse', async () => {
      assert.strictEqual((await wxpay.reverse({ sign_type, out_trade_no: number('CODE') })).recall, 'N');
      const found = await wxpay.orderQuery({ sign_type, out_trade_no: number('CODE') });
      assert.strictEqual(found.trade_state, 'REVOKED');
    });
    await line('trade bill', async () => {
      const bill = await wxpay.downloadBill({ sign_type, bill_date: env.BILL_DATE.replaceAll('-', '') }, true);
      const order = bill.list_data.find((row) => row[bill.list_title.indexOf('商户订单号')] === env.BILL_ORDER);
      assert.strictEqual(order[bill.list_title.indexOf('订单金额')], '1.05');
    });
    await line('a bill that is not there', async () => {
      const bill_date = env.EMPTY_DATE.replaceAll('-', '');
      await assert.rejects(wxpay.downloadBill({ sign_type, bill_date }), /No Bill Exist/);
    });
    await line('a response with a wrong signature is refused', async () => {
      await control('/faults', { api: 'v2.pay.query_order', fault: 'wrong_signature' });
      await assert.rejects(wxpay.orderQuery({ sign_type, out_trade_no: number('NATIVE') }), /sign/);
    });
  }
  // WeChat Pay gives it to HMAC-SHA256 only, which this client signs it with by itself.
  await flow('fund flow bill', async () => {
    const bill = await wxpay.downloadFundflow({ bill_date: env.BILL_DATE.replaceAll('-', '') }, true);
    const flows = bill.list_data.filter((row) => row[bill.list_title.indexOf('业务凭证号')] === env.BILL_ORDER);
    assert.ok(flows.length > 0, JSON.stringify(bill));
  });
  shop.close();
}

run(main);
