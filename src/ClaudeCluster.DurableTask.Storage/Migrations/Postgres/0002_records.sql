-- What whoever serves a hub must remember beside it: named kinds of records, and logs that only grow. No number of the sequence is ever
-- given twice, so that a record that was deleted and made anew is not taken for the old one.

CREATE SEQUENCE record_numbers;

CREATE TABLE records (
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  json text NOT NULL,
  PRIMARY KEY (kind, key)
);

CREATE TABLE logs (
  log text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  json text NOT NULL,
  PRIMARY KEY (log, number)
);
