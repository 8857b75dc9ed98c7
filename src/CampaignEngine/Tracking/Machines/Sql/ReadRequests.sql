-- What is kept of the requests of one slice, to be judged under other rules.
SELECT event_id, kind, head, prefetch, user_agent, network
FROM engine.event
WHERE event_id > @after AND event_id <= @upto AND kind IN ('open', 'click', 'view_online')
