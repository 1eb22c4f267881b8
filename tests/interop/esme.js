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

async function receipt(messageId, from = '4791234567') {
  const pdu = await delivery(`receipt for ${messageId} from ${from}`, (one) =>
    one.receipted_message_id === messageId && one.source_addr === from);
  assert.equal(pdu.esm_class & 0x3c, smpp.ESM_CLASS.MC_DELIVERY_RECEIPT);
  assert.equal(pdu.message_state, 2);
  assert.equal(pdu.destination_addr, 'interop');
  assert.match(pdu.short_message.message, new RegExp(`^id:${messageId} .*stat:DELIVRD`));
}

const source = { source_addr_ton: 5, source_addr_npi: 0, source_addr: 'interop' };

async function stateOf(messageId) {
  const response = await request('query_sm', { message_id: messageId, ...source });
  assert.equal(response.command, 'query_sm_resp');
  assert.equal(response.command_status, smpp.ESME_ROK);
  assert.equal(response.message_id, messageId);
  return response.message_state;
}

async function submitOtherwise() {
  const data = await request('data_sm', {
    ...source, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '4791234567',
    registered_delivery: 1, data_coding: 0, message_payload: 'by data_sm',
  });
  assert.equal(data.command, 'data_sm_resp');
  assert.equal(data.command_status, smpp.ESME_ROK);
  await receipt(data.message_id);

  const numbers = ['4791234567', '4791234568'];
  const multi = await request('submit_multi', {
    ...source, registered_delivery: 1, data_coding: 0, short_message: 'to several',
    dest_address: [
      ...numbers.map((number) =>
        ({ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: number })),
      { dl_name: 'friends' },
    ],
  });
  assert.equal(multi.command, 'submit_multi_resp');
  assert.equal(multi.command_status, smpp.ESME_ROK);
  assert.equal(multi.unsuccess_sme.length, 1);
  assert.equal(multi.unsuccess_sme[0].destination_addr, 'friends');
  assert.equal(multi.unsuccess_sme[0].error_status_code, smpp.ESME_RINVDLNAME);
  for (const number of numbers) await receipt(multi.message_id, number);
  assert.equal(await stateOf(multi.message_id), 2);
}

async function changeOnesMind() {
  const id = await submit({
    data_coding: 0, short_message: 'never', registered_delivery: 0,
    schedule_delivery_time: '000001000000000R',
  });
  assert.equal(await stateOf(id), 1);
  const replaced = await request('replace_sm', {
    message_id: id, ...source, registered_delivery: 0, short_message: 'not this either',
  });
  assert.equal(replaced.command, 'replace_sm_resp');
  assert.equal(replaced.command_status, smpp.ESME_ROK);
  const cancel = { message_id: id, ...source };
  const cancelled = await request('cancel_sm', cancel);
  assert.equal(cancelled.command, 'cancel_sm_resp');
  assert.equal(cancelled.command_status, smpp.ESME_ROK);
  assert.equal(await stateOf(id), 4);
  assert.equal((await request('cancel_sm', cancel)).command_status, smpp.ESME_RCANCELFAIL);
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

  assert.equal(await stateOf(plain), 2);
  await submitOtherwise();
  await changeOnesMind();

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
