-- expand
-- The chat in which somebody at the business is told, or the team: a connection leads to each room.

ALTER TABLE operator_settings ADD COLUMN chat text NOT NULL DEFAULT '';   -- the connection's id; empty: of the team the first, of a person none
