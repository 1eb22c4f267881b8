-- How the receipts of a login are written (empty: as everybody's), and its message ids.
ALTER TABLE login ADD COLUMN receipt_format TEXT NOT NULL DEFAULT '';
ALTER TABLE login ADD COLUMN receipt_errors TEXT NOT NULL DEFAULT '';
ALTER TABLE login ADD COLUMN id_form INTEGER NOT NULL DEFAULT 0;
