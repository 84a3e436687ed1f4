"""Who is asking: users, sessions, tokens, API keys, and how many processes hear that one of them ended."""
