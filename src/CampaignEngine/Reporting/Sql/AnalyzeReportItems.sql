-- The server plans the statements over the kept contacts by how many there are.
ANALYZE report_item
