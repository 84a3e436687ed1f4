"""Reading what clients send: strict JSON, cleaned fields, amounts as people type them, and every fault with its place."""
