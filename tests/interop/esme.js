// node-smpp as an ESME of smppd: node esme.js PORT SYSTEM_ID PASSWORD [CERTIFICATE]
// With the certificate of smppd, over TLS.
// Says "ready for inbound" when it waits for a message from 4790000001 to 2400.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const smpp = require('smpp');

const [port, systemId, password, certificate] = process.argv.slice(2);
const patience = 30000;
const deliveries = [];
const waiting = [];

const session = smpp.connect(certificate
  ? { url: `ssmpp://127.0.0.1:${port}`, ca: fs.readFileSync(certificate) }
  : { url: `smpp://127.0.0.1:${port}` });
session.on('error', (error) => { throw error; });
session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  deliveries.push(pdu);
  waiting.splice(0).forEach((look) => look());
});

function request(command, fields) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no response to ${command}`)), patience);
    session[command](fields, (pdu) => { clearTimeout(late); resolve(pdu); });
  });
}

// The next deliver_sm that `wanted` says yes to.
function delivery(what, wanted) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${what}`)), patience);
    const look = () => {
      const at = deliveries.findIndex(wanted);
      if (at < 0) return waiting.push(look);
      clearTimeout(late);
      return resolve(deliveries.splice(at, 1)[0]);
    };
    look();
  });
}

async function submit(fields) {
  const response = await request('submit_sm', {
    source_addr_ton: 5, source_addr_npi: 0, source_addr: 'interop',
    dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '4791234567',
    registered_delivery: 1, ...fields,
  });
  assert.equal(response.command, 'submit_sm_resp');
  assert.equal(response.command_status, smpp.ESME_ROK);
  assert.match(response.message_id, /^[0-9a-f]+$/i);
  return response.message_id;
}

async function receipt(messageId) {
  const pdu = await delivery(`receipt for ${messageId}`, (one) =>
    one.receipted_message_id === messageId);
  assert.equal(pdu.esm_class & 0x3c, smpp.ESM_CLASS.MC_DELIVERY_RECEIPT);
  assert.equal(pdu.message_state, 2);
  assert.equal(pdu.source_addr, '4791234567');
  assert.equal(pdu.destination_addr, 'interop');
  assert.match(pdu.short_message.message, new RegExp(`^id:${messageId} .*stat:DELIVRD`));
}

async function conversation() {
  const bound = await request('bind_transceiver', { system_id: systemId, password });
  assert.equal(bound.command, 'bind_transceiver_resp');
  assert.equal(bound.command_status, smpp.ESME_ROK);

  const alive = await request('enquire_link', {});
  assert.equal(alive.command, 'enquire_link_resp');

  const plain = await submit({ data_coding: 0, short_message: 'Hello {GSM} @£$ åÅ €' });
  const wide = await submit({ data_coding: 8, short_message: 'Привет, 世界 😀' });
  const parts = [];
  for (let part = 1; part <= 3; ++part) {
    parts.push(await submit({
      data_coding: 0,
      short_message: { udh: Buffer.from([5, 0, 3, 77, 3, part]), message: `part ${part} of 3. ` },
    }));
  }
  for (const id of [plain, wide, ...parts]) await receipt(id);

  const query = await request('query_sm', {
    message_id: plain, source_addr_ton: 5, source_addr_npi: 0, source_addr: 'interop',
  });
  assert.equal(query.command, 'query_sm_resp');
  assert.equal(query.command_status, smpp.ESME_ROK);
  assert.equal(query.message_id, plain);
  assert.equal(query.message_state, 2);

  console.log('ready for inbound');
  const inbound = await delivery('inbound message', (one) => one.esm_class === 0);
  assert.equal(inbound.source_addr, '4790000001');
  assert.equal(inbound.destination_addr, '2400');
  assert.equal(inbound.short_message.message, 'Grüße, inbound');

  const unbound = await request('unbind', {});
  assert.equal(unbound.command, 'unbind_resp');
  assert.equal(deliveries.length, 0, 'something came twice');
  session.close();
  console.log('done');
}

session.on(certificate ? 'secureConnect' : 'connect', () => conversation().catch((error) => {
  console.error(error);
  process.exit(1);
}));
