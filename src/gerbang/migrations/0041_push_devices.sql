-- expand
-- Browsers and apps that are reached by push, each about the payments for which somebody asked there. Its address and keys are what a browser's push service, or
-- an app, has given; the address is found by its digest.

CREATE TABLE push_devices (
    id uuid PRIMARY KEY,
    object_type text NOT NULL,
    object_id uuid NOT NULL,
    connection text NOT NULL,
    digest bytea NOT NULL,
    address text NOT NULL,
    keys jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    UNIQUE (object_type, object_id, digest)
);
COMMENT ON COLUMN push_devices.address IS 'personal: where one browser or app is reached';
COMMENT ON COLUMN push_devices.keys IS 'personal: with what a push to that browser is encrypted';
GRANT SELECT, INSERT, UPDATE, DELETE ON push_devices TO gerbang_app;
