-- What an operator decided about a due time that was held (too late, or a list that had drifted). Kept: it is why the drop left or did not.
ALTER TABLE engine.occurrence
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN decided_by text,
    ADD COLUMN decided_because text,
    ADD CHECK ((decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (decided_because IS NULL)),
    ADD CHECK (decided_at IS NULL OR state <> 'held');
