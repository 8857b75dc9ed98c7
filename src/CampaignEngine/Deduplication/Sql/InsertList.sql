-- A new list; counts and hash follow once its people are in.
INSERT INTO engine.list (campaign, universe, net, control, list_hash) VALUES (@campaign, 0, 0, 0, '') RETURNING list_id
