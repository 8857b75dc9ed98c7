-- The demonstration lets days pass: everything the drop wrote moves back by @span, so that answers can come "since then".
-- Grants and outcomes are facts that no statement can change; only the owner of a private server can lift that, for this transaction.
SET LOCAL session_replication_role = replica;
UPDATE engine.plan SET created_at = created_at - @span, launched_at = launched_at - @span;
UPDATE engine.list SET created_at = created_at - @span;
UPDATE engine.occurrence SET due_at = due_at - @span, created_at = created_at - @span;
UPDATE engine.mailing SET due_at = due_at - @span, frozen_at = frozen_at - @span, completed_at = completed_at - @span, expires_at = expires_at - @span;
UPDATE engine.mailing_item SET not_before = not_before - @span;
UPDATE engine.send_chunk SET not_before = not_before - @span;
UPDATE engine.send_grant SET granted_at = granted_at - @span, deadline = deadline - @span;
UPDATE engine.send_outcome SET at = at - @span;
UPDATE engine.send_doubt SET since = since - @span;
