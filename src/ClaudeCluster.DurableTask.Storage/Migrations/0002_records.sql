-- What whoever serves a hub must remember beside it: named kinds of records, and logs that only grow. In the hub's own file, so that one
-- copy holds all.

CREATE TABLE records (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  revision INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE logs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  log TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;

CREATE INDEX logs_of_name ON logs (log, number);

-- Of the last put: no revision is ever given twice, so that a record that was deleted and made anew is not taken for the old one.
INSERT INTO hub VALUES ('record_revision', '0');
