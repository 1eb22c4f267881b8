// node-smpp as the carrier of smppd: node carrier.js SYSTEM_ID PASSWORD [CERTIFICATE KEY]
// With a certificate and its key, over TLS.
// Prints where it listens, then each whole message as a line of JSON; sends a receipt for each
// part that asks for one. Message ids are hexadecimal in responses, decimal in receipts.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const smpp = require('smpp');

const [systemId, password, certificate, key] = process.argv.slice(2);
const options = certificate
  ? { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) } : {};
let lastId = 0xabc000;
const partial = new Map();

function print(pdu, text, parts) {
  console.log(JSON.stringify({
    source: pdu.source_addr, destination: pdu.destination_addr, data_coding: pdu.data_coding,
    parts, text,
  }));
}

function take(pdu) {
  const { udh, message } = pdu.short_message;
  if (!udh) return print(pdu, message, 1);
  const [element] = udh;
  assert.equal(element[0], 0, 'the header is an 8-bit concatenation');
  const [, , reference, total, sequence] = element;
  const key = `${pdu.destination_addr} ${reference}`;
  const parts = partial.get(key) ?? [];
  partial.set(key, parts);
  parts[sequence - 1] = message;
  if (parts.filter((one) => one !== undefined).length < total) return undefined;
  partial.delete(key);
  return print(pdu, parts.join(''), total);
}

function receiptFor(pdu, id) {
  return {
    source_addr_ton: 1, source_addr_npi: 1, source_addr: pdu.destination_addr,
    destination_addr: pdu.source_addr, esm_class: 4, data_coding: 0,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 `
      + 'stat:DELIVRD err:000 text:',
  };
}

const server = smpp.createServer(options, (session) => {
  session.on('error', (error) => console.error(String(error)));
  session.on('bind_transceiver', (pdu) => {
    const known = pdu.system_id === systemId && pdu.password === password;
    session.send(pdu.response({
      system_id: 'node', command_status: known ? smpp.ESME_ROK : smpp.ESME_RBINDFAIL,
    }));
  });
  session.on('enquire_link', (pdu) => {
    console.log('enquire_link');
    session.send(pdu.response());
  });
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', (pdu) => {
    const id = ++lastId;
    take(pdu);
    session.send(pdu.response({ message_id: id.toString(16).toUpperCase() }));
    if ((pdu.registered_delivery & 3) === 1) {
      session.deliver_sm(receiptFor(pdu, id), (response) =>
        assert.equal(response.command_status, smpp.ESME_ROK));
    }
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(`listening on 127.0.0.1:${server.address().port}`));
