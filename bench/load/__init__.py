"""What makes load: a closed loop, an open loop, and the requests they send. Loopback only, bounded in count and time."""
