-- What brakes have paused, as of this tick.
SELECT subject FROM engine.brake WHERE phase = 'paused'
