-- What was committed is on disk before it is answered. A worker that stands still in the middle of a transaction (frozen, or its network is gone)
-- loses it, and the locks on its chunks with it, when its lease has run out: until then nobody else may have them anyway.
SELECT set_config('synchronous_commit', 'on', false),
       set_config('idle_in_transaction_session_timeout', (extract(epoch FROM @lease::interval) * 1000)::int::text, false)
