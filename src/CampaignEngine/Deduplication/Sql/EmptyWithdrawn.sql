-- A launch reads them for each of its drops, which may be on different channels.
TRUNCATE withdrawn
