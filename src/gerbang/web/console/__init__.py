"""The operators' pages, rendered on the server: payments, incoming webhooks, rejections. Decides nothing itself."""
