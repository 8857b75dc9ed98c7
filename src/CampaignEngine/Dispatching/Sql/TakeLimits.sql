-- How many of the wanted messages of a mailing the limits allow now; what is allowed is taken. Waits for other workers that ask the same limits.
SELECT engine.take_limits(@mailing, @buckets, @mosts, @windows, @wanted, @lifetime)
