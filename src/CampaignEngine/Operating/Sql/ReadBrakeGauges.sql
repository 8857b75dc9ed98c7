-- The brakes that hold something back, and those that did when they were last read. A pause lets nothing through, whatever pace it will go on at.
SELECT subject, phase = 'open' AS is_open, CASE phase WHEN 'paused' THEN 0 ELSE factor END AS factor, extract(epoch FROM changed_at)::double precision AS since
FROM engine.brake
WHERE phase <> 'open' OR subject = ANY (@known)
