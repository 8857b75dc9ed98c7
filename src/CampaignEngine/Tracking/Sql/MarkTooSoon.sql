-- A person cannot open or click within two seconds of the moment the receiving server took the message; the scanner of that server does, often even
-- before it answers. Looks at events of one slice. Side effect: marks them.
UPDATE engine.event e
SET machine = true, machine_reason = 'within 2 s of acceptance'
FROM engine.send_outcome o
WHERE e.event_id > @after AND e.event_id <= @upto AND e.kind IN ('click', 'open') AND NOT e.machine
  AND o.mailing_id = e.mailing_id AND o.ordinal = e.ordinal AND o.outcome = 'accepted'
  AND e.at < o.at + interval '2 seconds'
