// The merchant's and the platform's keys, as the mode has them.
'use strict';

const { readFileSync, readdirSync } = require('node:fs');
const { Rsa } = require('wechatpay-axios-plugin');
const { env } = require('sandbox');

const file = (name) => readFileSync(`${env.KEYS}/${name}`);

// The keys of the platform by their ids.
function platform() {
  if (env.TRUST === 'public-key') {
    return { [env.WXPAY_PUBLIC_KEY_ID]: file('pub_key.pem') };
  }
  const names = readdirSync(env.KEYS).filter((name) => name.startsWith('wechatpay_'));
  return Object.fromEntries(names.map((name) => [name.slice(10, -4), file(name)]));
}

// What encrypts for WeChat Pay, and the headers that say with which key.
function sealing() {
  const [[serial, key]] = Object.entries(platform());
  return {
    seal: (text) => Rsa.encrypt(text, Rsa.from(key, Rsa.KEY_TYPE_PUBLIC)),
    headers: { 'Wechatpay-Serial': serial },
  };
}

const open = (text) => Rsa.decrypt(text, Rsa.from(file('apiclient_key.pem'), Rsa.KEY_TYPE_PRIVATE));

module.exports = { appid: env.WXPAY_APP_ID, mchid: env.WXPAY_MCH_ID, file, platform, sealing, open };
