-- A task hub. Instants are UTC ticks (100 ns since year 1).
--
-- An instance's key is a number in order of arrival. What belongs to an instance has a key of its own: the instance's key in the upper
-- bits, a number in order of arrival in the lower 24. So the rows of an instance lie side by side, those of young instances together at
-- the end of a table, and nothing needs a second index to be found by its instance.

CREATE TABLE hub (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- One row per orchestration. The row is the fold of its history; the lease says who runs its next step.
CREATE TABLE instances (
  key INTEGER PRIMARY KEY,
  instance_id TEXT NOT NULL UNIQUE,
  execution_id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  version TEXT NOT NULL,
  version_key TEXT NOT NULL,
  status INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  is_suspended INTEGER NOT NULL DEFAULT 0,
  start_at INTEGER,
  input TEXT,
  output TEXT,
  custom_status TEXT,
  failure TEXT,
  tags TEXT,
  parent_instance_id TEXT,
  parent_execution_id TEXT,
  parent_name TEXT,
  parent_task_id INTEGER,
  lease_token TEXT,
  lease_worker TEXT,
  lease_until INTEGER,
  deliveries INTEGER NOT NULL DEFAULT 0,
  ready_at INTEGER -- the oldest message that is due at once; kept only while nobody holds the lease
) STRICT;

CREATE INDEX instances_of_parent ON instances (parent_instance_id) WHERE parent_instance_id IS NOT NULL;
CREATE INDEX instances_ready ON instances (ready_at, key) WHERE ready_at IS NOT NULL AND lease_token IS NULL AND is_suspended = 0;
CREATE INDEX instances_leased ON instances (lease_until) WHERE lease_token IS NOT NULL;

-- One row per step: a JSON array of its events.
CREATE TABLE history (
  key INTEGER PRIMARY KEY,
  events TEXT NOT NULL
) STRICT;

-- Messages that wait for a step. A timed one waits for the clock. Without execution id it is for any execution.
CREATE TABLE inbox (
  key INTEGER PRIMARY KEY,
  execution_id TEXT,
  is_front INTEGER NOT NULL,
  is_timed INTEGER NOT NULL,
  visible_at INTEGER NOT NULL,
  event TEXT NOT NULL
) STRICT;

CREATE INDEX inbox_timed ON inbox (visible_at, key) WHERE is_timed = 1;

-- Activities that wait for a worker, or are held by one. A row goes when its activity or its execution ends.
CREATE TABLE activities (
  key INTEGER PRIMARY KEY,
  execution_id TEXT NOT NULL,
  task_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  version TEXT NOT NULL,
  version_key TEXT NOT NULL,
  input TEXT,
  tags TEXT,
  scheduled_at INTEGER NOT NULL,
  lease_token TEXT,
  lease_worker TEXT,
  lease_until INTEGER,
  deliveries INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX activities_waiting ON activities (scheduled_at, key) WHERE lease_token IS NULL;
CREATE INDEX activities_leased ON activities (lease_until) WHERE lease_token IS NOT NULL;
