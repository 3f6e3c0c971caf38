-- Priority is a head start in time, in ticks: waiting activities go in the order of the instant from which they count. None of an older
-- version has one, so those keep their order.

ALTER TABLE activities ADD COLUMN head_start bigint NOT NULL DEFAULT 0;

DROP INDEX activities_waiting;
CREATE INDEX activities_waiting ON activities ((scheduled_at - head_start), key) WHERE lease_token IS NULL;
