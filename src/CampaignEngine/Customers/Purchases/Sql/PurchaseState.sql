-- 'rebuild': never computed, or computed under another definition; 'dirty': customers are marked; 'fresh': nothing to do.
SELECT CASE
    WHEN to_regclass('engine.purchase_summary') IS NULL THEN 'rebuild'
    WHEN NOT EXISTS (SELECT FROM engine.setting WHERE name = 'purchase_summary' AND value ->> 'definition' = @definition::text) THEN 'rebuild'
    WHEN EXISTS (SELECT FROM engine.purchase_dirty) THEN 'dirty'
    ELSE 'fresh' END
