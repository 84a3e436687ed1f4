"""The schema as plain SQL files, forward only; the runner is base/migrations.py."""
