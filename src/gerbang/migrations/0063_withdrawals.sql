-- expand
-- Who takes consent back on the page of one bill speaks for that bill: anybody can type anybody's number there. A STOP from the phone, and what the shop
-- writes down, counts for the number, and so does whatever was withdrawn before this.

ALTER TABLE contact_consents ADD COLUMN ends_number boolean NOT NULL DEFAULT false;
UPDATE contact_consents SET ends_number = true WHERE withdrawn_at IS NOT NULL;
