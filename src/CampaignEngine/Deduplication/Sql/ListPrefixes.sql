-- The beginnings of numbers that tell their country.
SELECT DISTINCT left(address, @length) FROM frozen
