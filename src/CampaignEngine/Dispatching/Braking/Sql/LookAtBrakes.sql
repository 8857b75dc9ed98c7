-- Brakes whose figures nobody has looked at for a while, locked, with the answers since the last pause ended and since the last change. Who is being
-- looked at by another worker is left out: one decision at a time.
SELECT b.subject, b.phase, b.pace, b.factor, b.because, b.changed_at, b.lifted_at, b.paused_until, now() AS now,
       a.answered, a.deferred, a.rejected, a.blocked, a.fresh_answered, a.fresh_deferred, a.fresh_rejected, a.fresh_blocked, a.pace AS pace_now,
       r.accepted, r.fresh_accepted
FROM unnest(@subjects, @spans, @report_spans, @pauses) AS asked (subject, span, report_span, pause)
JOIN engine.brake b USING (subject)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(accepted + c.deferred + c.rejected), 0)::bigint AS answered,
           coalesce(sum(c.deferred), 0)::bigint AS deferred, coalesce(sum(c.rejected), 0)::bigint AS rejected, coalesce(sum(c.blocked), 0)::bigint AS blocked,
           coalesce(sum(accepted + c.deferred + c.rejected) FILTER (WHERE slot >= b.changed_at), 0)::bigint AS fresh_answered,
           coalesce(sum(c.deferred) FILTER (WHERE slot >= b.changed_at), 0)::bigint AS fresh_deferred,
           coalesce(sum(c.rejected) FILTER (WHERE slot >= b.changed_at), 0)::bigint AS fresh_rejected,
           coalesce(sum(c.blocked) FILTER (WHERE slot >= b.changed_at), 0)::bigint AS fresh_blocked,
           coalesce(sum(accepted + c.deferred + c.rejected) / greatest(extract(epoch FROM now() - min(since)), 0.01), 0)::double precision AS pace
    FROM engine.brake_count c
    WHERE c.subject = asked.subject AND c.span = asked.span AND c.slot > now() - asked.span AND c.slot >= b.lifted_at) AS a
CROSS JOIN LATERAL (
    SELECT coalesce(sum(accepted), 0)::bigint AS accepted, coalesce(sum(accepted) FILTER (WHERE slot >= b.changed_at), 0)::bigint AS fresh_accepted
    FROM engine.brake_count c
    WHERE c.subject = asked.subject AND c.span = asked.report_span AND c.slot > now() - asked.report_span AND c.slot >= b.lifted_at) AS r
WHERE b.looked_at <= now() - asked.pause
ORDER BY b.subject
FOR UPDATE OF b SKIP LOCKED
