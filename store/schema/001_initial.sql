-- Life of a message:
--   message (inserted once, never changed)
--     -> waits in memory, or in parked, or in scheduled until it is due
--     -> message_state (inserted when it is sent or settled, then moves forward only)
--     -> notice (until whoever asked has acknowledged it)
-- Identifiers are time-ordered: inserts stay at the right edge of the tree. message and
-- message_state have no secondary index: that is what keeps a commit cheap.
-- Times are milliseconds since 1970 (UTC); 0 means none. Enumerations are those of records.hpp.

CREATE TABLE submission (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  recipients INTEGER NOT NULL,
  body BLOB NOT NULL,
  client_ref TEXT,
  callback_url TEXT
) STRICT;

CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  submission INTEGER NOT NULL,
  account INTEGER NOT NULL,
  login INTEGER NOT NULL,
  carrier INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  data_coding INTEGER NOT NULL,
  esm_class INTEGER NOT NULL,
  registered_delivery INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  types INTEGER NOT NULL,         -- TON and NPI of the source, of the destination: an octet each
  expires_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  destination TEXT NOT NULL,
  body BLOB,                      -- NULL: the submission has it
  client_ref TEXT,
  callback_url TEXT,
  options BLOB
) STRICT;

CREATE TABLE message_state (      -- no row: queued
  id INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  why INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  carrier INTEGER NOT NULL,
  possible_duplicate INTEGER NOT NULL,
  carrier_message_id TEXT,
  error TEXT
) STRICT;

CREATE TABLE message_part (       -- only for messages of several parts
  id INTEGER NOT NULL,
  part INTEGER NOT NULL,
  carrier INTEGER NOT NULL,
  state INTEGER NOT NULL,
  carrier_message_id TEXT NOT NULL,
  PRIMARY KEY (id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (             -- queued messages that memory does not answer for
  id INTEGER PRIMARY KEY,
  carrier INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  sequence INTEGER NOT NULL,      -- the order in which they leave: mostly that of their ids
  attempts INTEGER NOT NULL,
  possible_duplicate INTEGER NOT NULL
) STRICT;
CREATE INDEX parked_order ON parked (carrier, priority, sequence);

CREATE TABLE scheduled (          -- queued messages that are not due yet
  due INTEGER NOT NULL,
  id INTEGER NOT NULL UNIQUE,
  carrier INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  possible_duplicate INTEGER NOT NULL,
  PRIMARY KEY (due, id)           -- read in pages: many may be due at the same time
) STRICT, WITHOUT ROWID;

CREATE TABLE awaiting_receipt (   -- sent messages whose receipt memory does not wait for any more
  carrier INTEGER NOT NULL,
  key TEXT NOT NULL,
  id INTEGER NOT NULL,
  part INTEGER NOT NULL,
  PRIMARY KEY (carrier, key, id, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX awaiting_receipt_id ON awaiting_receipt (id);  -- for retention

CREATE TABLE unmatched_receipt (
  sequence INTEGER PRIMARY KEY,
  carrier INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  carrier_message_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  error TEXT
) STRICT;

CREATE TABLE notice (
  target INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  subject INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due INTEGER NOT NULL,
  url TEXT,
  PRIMARY KEY (target, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_subject ON notice (subject);  -- for retention: a million may wait somewhere

CREATE TABLE inbound (
  id INTEGER PRIMARY KEY,
  carrier INTEGER NOT NULL,
  account INTEGER NOT NULL,
  keyword INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  types INTEGER NOT NULL,
  data_coding INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  partial INTEGER NOT NULL,
  source TEXT NOT NULL,
  destination TEXT NOT NULL,
  user_data BLOB NOT NULL,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE inbound_part (       -- of inbound messages that are not complete yet
  id INTEGER PRIMARY KEY,
  carrier INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  destination TEXT NOT NULL,
  types INTEGER NOT NULL,
  data_coding INTEGER NOT NULL,
  total INTEGER NOT NULL,
  part INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  reference INTEGER NOT NULL,
  user_data BLOB NOT NULL
) STRICT;

CREATE TABLE event (              -- what was unusual in the life of a message
  id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (id, at, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE mark (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO mark VALUES ('directory_version', 1);

CREATE TABLE carrier (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- Customers' things. AUTOINCREMENT: the id of something deleted is never used again.

CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  active INTEGER NOT NULL
) STRICT;

CREATE TABLE api_key (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account (id),
  key_id TEXT NOT NULL UNIQUE,
  secret_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  active INTEGER NOT NULL
) STRICT;

CREATE TABLE login (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account (id),
  system_id TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  active INTEGER NOT NULL,
  binds_max INTEGER NOT NULL
) STRICT;

CREATE TABLE keyword (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES account (id),
  word TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  webhook_url TEXT NOT NULL,
  auto_reply_message TEXT NOT NULL,
  active INTEGER NOT NULL,
  auto_reply_enabled INTEGER NOT NULL,
  messages_received INTEGER NOT NULL,
  last_message_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
