-- A rotated file that was read to its end is known again, and not read anew.
ALTER TABLE positions ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
