-- What large commits changed, packed: a row for each, until message_state and notice say it too.
CREATE TABLE journal (
  sequence INTEGER PRIMARY KEY,
  changes BLOB NOT NULL
) STRICT;
