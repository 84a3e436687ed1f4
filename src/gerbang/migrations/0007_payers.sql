-- expand
-- From where the payer pressed, for providers that ask, and the language that their browser was answered in. Personal data: erasable, so it
-- stands here. A language that nobody named is empty; mails then follow the browser.
ALTER TABLE payment_payers ADD COLUMN ip text NOT NULL DEFAULT '', ADD COLUMN browser_locale text NOT NULL DEFAULT '';
ALTER TABLE payment_payers ALTER COLUMN locale SET DEFAULT '';
