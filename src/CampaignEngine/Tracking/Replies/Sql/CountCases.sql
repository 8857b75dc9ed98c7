-- How many cases wait for an answer, and how many of them for longer than they may.
SELECT count(*) AS open, count(*) FILTER (WHERE alarm_at <= @now) AS overdue FROM engine.reply_case WHERE answered_at IS NULL AND closed_at IS NULL
