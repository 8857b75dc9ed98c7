-- Remembers under which definition the summary was computed; a different one asks for a rebuild.
INSERT INTO engine.setting (name, value) VALUES ('purchase_summary', jsonb_build_object('definition', @definition::text))
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now()
