-- The time zones of the people to contact.
SELECT DISTINCT time_zone FROM engine.list_person WHERE list_id = @list AND reason = 'contact' AND time_zone IS NOT NULL
