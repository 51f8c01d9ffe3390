// Complaints (APIv3): their notifications, an encrypted phone, an image that is uploaded and downloaded.
'use strict';

const assert = require('node:assert');
const { Hash, Multipart } = require('wechatpay-axios-plugin');
const { env, control, flow, today, PNG } = require('sandbox');
const { mchid, open } = require('./keys');

module.exports = async function complaints(wxpay, shop) {
  const { complaintsV2, complaintNotifications: addresses, images } = wxpay.v3.merchantService;
  const url = shop.url('v3');
  let complaint_id;
  const told = async (action) => {
    const notice = await shop.next();
    assert.deepStrictEqual([notice.complaint_id, notice.action_type], [complaint_id, action]);
  };
  const detail = async () => (await complaintsV2.$complaint_id$.get({ complaint_id })).data;

  await flow('V3 URL of complaint notifications', async () => {
    await addresses.post({ url: shop.url('old') });
    assert.strictEqual((await addresses.put({ url })).data.url, url);
    assert.strictEqual((await addresses.get()).data.url, url);
  });
  await flow('V3 complaint notification', async () => {
    const terms = { detail: '商品 <坏了> & 不退', refund_fen: 1 };
    ({ complaint_id } = await control('/orders/JSA3-native/complain', terms));
    await told('CREATE_COMPLAINT');
  });
  await flow('V3 list of complaints', async () => {
    const params = { begin_date: env.BILL_DATE, end_date: today(), limit: 50, complainted_mchid: mchid };
    const { data } = (await complaintsV2.get({ params })).data;
    assert.ok(data.some((one) => one.complaint_id === complaint_id), JSON.stringify(data));
  });
  await flow('V3 detail of a complaint, with an encrypted phone', async () => {
    const { complaint_state, payer_phone } = await detail();
    assert.strictEqual(complaint_state, 'PENDING');
    assert.strictEqual(open(payer_phone), '18500000000');
  });
  let image;
  await flow('V3 image for a complaint', async () => {
    const meta = { filename: '凭证.png', sha256: Hash.sha256(PNG) };
    const form = new Multipart().append('meta', JSON.stringify(meta)).append('file', PNG, meta.filename);
    image = (await images.upload.post(form.getBuffer(), { meta, headers: form.getHeaders() })).data.media_id;
  });
  await flow('V3 reply to a complaint', async () => {
    const reply = { complainted_mchid: mchid, response_content: '已为您 <退款> & 致歉', response_images: [image] };
    await complaintsV2.$complaint_id$.response.post(reply, { complaint_id });
    await told('MERCHANT_RESPONSE');
  });
  await flow('V3 history of a complaint, with an image', async () => {
    const { data } = (await complaintsV2.$complaint_id$.negotiationHistorys.get({ complaint_id })).data;
    assert.deepStrictEqual(data.map((one) => one.operate_type), ['USER_CREATE_COMPLAINT', 'MERCHANT_RESPONSE']);
    const media_id = data[1].complaint_media_list.media_url[0].split('/').pop();
    assert.deepStrictEqual((await images.$media_id$.get({ media_id, responseType: 'arraybuffer' })).data, PNG);
  });
  await flow('V3 decision about the refund of a complaint', async () => {
    await complaintsV2.$complaint_id$.updateRefundProgress.post({ action: 'APPROVE', launch_refund_day: 1 }, { complaint_id });
    await told('MERCHANT_APPROVE_REFUND');
  });
  await flow('V3 complaint completed', async () => {
    await complaintsV2.$complaint_id$.complete.post({ complainted_mchid: mchid }, { complaint_id });
    await told('MERCHANT_CONFIRM_COMPLETE');
    assert.strictEqual((await detail()).complaint_state, 'PROCESSED');
    assert.strictEqual((await addresses.delete()).status, 204);
  });
};
