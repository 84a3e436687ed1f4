-- expand
-- What people at the business chose to be told, how often and where, and what waits for their digests. A recipient is a user; the nil id is whoever reads
-- the operators' address of the settings.

CREATE TABLE operator_settings (
    recipient uuid PRIMARY KEY,
    quiet_hours text NOT NULL DEFAULT '',
    time_zone text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT ''
);
CREATE TABLE operator_choices (
    recipient uuid NOT NULL,
    event_group text NOT NULL,
    channel text NOT NULL,
    frequency text NOT NULL,
    PRIMARY KEY (recipient, event_group, channel)
);
CREATE TABLE digest_items (
    recipient uuid NOT NULL,
    channel text NOT NULL,
    frequency text NOT NULL,
    notice uuid NOT NULL,                       -- a line of operator_notices
    PRIMARY KEY (recipient, channel, frequency, notice)
);
COMMENT ON COLUMN operator_settings.recipient IS 'personal: whose hours and zone these are';
COMMENT ON COLUMN operator_choices.recipient IS 'personal: who chose';
COMMENT ON COLUMN digest_items.recipient IS 'personal: whose digest it is';
GRANT SELECT, INSERT, UPDATE, DELETE ON operator_settings, operator_choices, digest_items TO gerbang_app;

-- The name of the morning's reminder goes to what lists events.
UPDATE notifications SET template = 'operator_work' WHERE template = 'operator_digest';

-- A paused template stays so until somebody resumes it; who looked at it and left it says so.
ALTER TABLE template_pauses ADD COLUMN left_at timestamptz;
