-- Which of these grants were committed.
SELECT grant_id FROM engine.send_grant WHERE grant_id = ANY (@grants)
