-- A rebuild groups all orders by hash: with the usual memory the planner prefers walking the index on the customer, which is several
-- times slower (docs/rfm.md). For this transaction only.
SELECT set_config('work_mem', '512MB', true), set_config('hash_mem_multiplier', '2', true), set_config('maintenance_work_mem', '512MB', true),
       set_config('enable_indexscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)
