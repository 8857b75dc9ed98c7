-- Brakes that hold something back, in the order of their names.
SELECT subject, phase, pace, factor, because, changed_at, lifted_at, paused_until, now() AS now FROM engine.brake WHERE phase <> 'open' ORDER BY subject
