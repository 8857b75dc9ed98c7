-- Before a selection, for its transaction only: memory for hash joins over the whole base, no compilation of a statement that runs once.
SELECT set_config('work_mem', '256MB', true), set_config('hash_mem_multiplier', '2', true), set_config('jit', 'off', true)
