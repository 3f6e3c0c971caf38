-- A task hub, in the schema that the search path names. Instants are UTC ticks (100 ns since year 1). Texts compare by their bytes.

CREATE TABLE hub (
  name text PRIMARY KEY,
  value text NOT NULL
);

-- Which transactions were committed, for who lost the answer: each writes its number before it does anything else. One row for each of a
-- coordinator's transactions at a time.
CREATE TABLE receipts (
  holder text COLLATE "C" PRIMARY KEY,
  number bigint NOT NULL,
  written_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Keys come in blocks from one sequence, taken under the locks of the instances that they are for: so they rise with each instance's
-- commits, whoever makes them.

CREATE SEQUENCE keys INCREMENT BY 1000;

-- One row per orchestration. The row is the fold of its history; the lease says who runs its next step. Its lock is the lock of all that
-- belongs to the instance. A lease begins and ends with each step: no index holds its columns, and pages keep some room, so that these
-- updates stay in the row's page and touch no index (HOT). ready_at is in an index, but is set only while something waits that no commit
-- handed out.
CREATE TABLE instances (
  key bigint PRIMARY KEY,
  instance_id text COLLATE "C" NOT NULL UNIQUE,
  execution_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  version_key text COLLATE "C" NOT NULL,
  status smallint NOT NULL,
  is_open boolean NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  revision integer NOT NULL,
  is_suspended boolean NOT NULL,
  start_at bigint,
  input text,
  output text,
  custom_status text,
  failure text,
  tags text,
  parent_instance_id text COLLATE "C",
  parent_execution_id text COLLATE "C",
  parent_name text COLLATE "C",
  parent_task_id integer,
  lease_token text COLLATE "C",
  lease_worker text COLLATE "C",
  lease_until bigint,
  deliveries integer NOT NULL,
  ready_at bigint -- the oldest message that is due at once; kept only while nobody holds the lease
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX instances_of_parent ON instances (parent_instance_id, key) WHERE parent_instance_id IS NOT NULL;
CREATE INDEX instances_open ON instances (key) WHERE is_open;
CREATE INDEX instances_ready ON instances (ready_at, key) WHERE ready_at IS NOT NULL AND NOT is_suspended;

-- One row per step: a JSON array of its events.
CREATE TABLE history (
  instance_key bigint NOT NULL,
  key bigint NOT NULL,
  events text NOT NULL,
  PRIMARY KEY (instance_key, key)
);

-- Messages that wait for a step. A timed one waits for the clock. Without execution id it is for any execution.
CREATE TABLE inbox (
  instance_key bigint NOT NULL,
  key bigint NOT NULL,
  execution_id text COLLATE "C",
  is_front boolean NOT NULL,
  is_timed boolean NOT NULL,
  visible_at bigint NOT NULL,
  event text NOT NULL,
  PRIMARY KEY (instance_key, key)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000);

CREATE INDEX inbox_timed ON inbox (visible_at, key) WHERE is_timed;

-- Activities that wait for a worker, or are held by one. A row goes when its activity or its execution ends.
CREATE TABLE activities (
  key bigint PRIMARY KEY,
  instance_key bigint NOT NULL,
  execution_id text COLLATE "C" NOT NULL,
  task_id integer NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL,
  version_key text COLLATE "C" NOT NULL,
  input text,
  tags text,
  scheduled_at bigint NOT NULL,
  lease_token text COLLATE "C",
  lease_worker text COLLATE "C",
  lease_until bigint,
  deliveries integer NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000);

CREATE INDEX activities_held ON activities (instance_key, lease_token);
CREATE INDEX activities_waiting ON activities (scheduled_at, key) WHERE lease_token IS NULL;
