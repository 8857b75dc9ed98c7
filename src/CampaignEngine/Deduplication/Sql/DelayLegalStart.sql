-- They wait until their law's hours begin.
UPDATE frozen SET not_before = @opens WHERE zone IS NOT DISTINCT FROM @zone AND country = @country AND not_before = @from
