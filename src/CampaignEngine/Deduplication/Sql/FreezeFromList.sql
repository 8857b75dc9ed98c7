-- A one-off drop on the lead channel sends exactly the people, addresses and cells that its plan froze.
-- Zones without an entry (and people without a zone) get the drop's own time.
INSERT INTO frozen (customer_key, recipient_key, address, cell, not_before, zone)
SELECT p.customer_key, p.recipient_key, p.address, p.cell, coalesce(z.not_before, @notBefore), CASE WHEN @byZone THEN z.zone END
FROM engine.list_person p
LEFT JOIN unnest(@zones::text[], @instants::timestamptz[]) AS z(zone, not_before) ON z.zone = p.time_zone
WHERE p.list_id = @list AND p.reason = 'contact' AND (@part::text IS NULL OR (p.cell IS NOT DISTINCT FROM 'remainder') = (@part = 'remainder'))
