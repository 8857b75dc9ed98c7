-- Counts and hash of a list whose people are in.
UPDATE engine.list SET universe = @universe, net = @net, control = @control, list_hash = @hash WHERE list_id = @list
