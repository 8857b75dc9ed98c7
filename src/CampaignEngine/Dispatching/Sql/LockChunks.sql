-- After a commit whose answer was lost: waits until the old transaction is over, whichever way, and shows where the cursors are.
SELECT c.mailing_id, c.chunk_no, c.epoch, c.next_ordinal, c.owner
FROM engine.send_chunk c
JOIN unnest(@mailings, @chunks) AS asked (mailing_id, chunk_no) USING (mailing_id, chunk_no)
FOR UPDATE OF c
