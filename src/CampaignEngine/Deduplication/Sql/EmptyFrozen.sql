-- A launch freezes all its one-off drops in one transaction, one after the other, through the same table.
TRUNCATE frozen
