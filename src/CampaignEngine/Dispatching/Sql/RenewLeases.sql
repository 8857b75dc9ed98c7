-- Says "still here" for the chunks that are still mine; those that do not come back were taken over.
UPDATE engine.send_chunk c
SET lease_until = now() + @lease
FROM unnest(@mailings, @chunks, @epochs) AS mine (mailing_id, chunk_no, epoch)
WHERE c.mailing_id = mine.mailing_id AND c.chunk_no = mine.chunk_no AND c.epoch = mine.epoch AND c.owner = @owner
RETURNING c.mailing_id, c.chunk_no
