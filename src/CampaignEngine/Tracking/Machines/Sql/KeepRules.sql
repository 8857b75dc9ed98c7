-- Remembers the rules under which events are judged; a version stands for one text for ever. Side effect: engine.machine_rules.
-- Returns whether the version has this text.
WITH kept AS (
    INSERT INTO engine.machine_rules (version, rules, first_used_at) VALUES (@version, @text, @at) ON CONFLICT (version) DO NOTHING RETURNING rules
)
SELECT coalesce((SELECT rules FROM kept), (SELECT rules FROM engine.machine_rules WHERE version = @version)) = @text
