"""The local blockchain of the sandbox: a real EVM node with a funded demo wallet, and the calls that play with it."""
