-- Who holds chunks now, so that processes of this machine that are gone can be told at once instead of after their lease.
SELECT DISTINCT owner FROM engine.send_chunk WHERE owner IS NOT NULL
