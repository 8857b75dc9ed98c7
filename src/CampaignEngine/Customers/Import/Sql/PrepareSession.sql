-- For the import's own connection. Merging sorts and hashes whole files; compiling its statements costs more than it saves,
-- and its staged rows are joined whole, so that rough statistics are enough.
SELECT set_config('TimeZone', @zone, false), set_config('work_mem', '128MB', false), set_config('default_statistics_target', '20', false), set_config('jit', 'off', false),
       set_config('statement_timeout', '0', false), set_config('client_min_messages', 'warning', false)
