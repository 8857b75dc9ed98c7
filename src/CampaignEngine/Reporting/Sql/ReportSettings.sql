-- For this transaction only: room to hash a million people, no sorting of them where hashing or an index serves, and no compilation of a statement that runs once.
SELECT set_config('work_mem', '256MB', true), set_config('enable_sort', 'off', true), set_config('jit', 'off', true)
