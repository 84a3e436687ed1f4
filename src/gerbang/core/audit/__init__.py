"""The audit trail: a row for every action, in the action's own transaction."""
