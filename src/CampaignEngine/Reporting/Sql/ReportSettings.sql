-- For this transaction only: room to hash a million people instead of sorting them on disk, and no compilation of a statement that runs once.
SELECT set_config('work_mem', '256MB', true), set_config('jit', 'off', true)
