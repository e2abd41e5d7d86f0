-- A small shop: a key between two tables, a log, a view that keeps what it showed.
CREATE TABLE person (id int PRIMARY KEY, email text COLLATE "C" NOT NULL UNIQUE, notes text, country text,
    shown text GENERATED ALWAYS AS (upper(notes)) STORED);
CREATE TABLE orders (id int PRIMARY KEY, mail text REFERENCES person (email), remark text);
CREATE TABLE audit_log (id int PRIMARY KEY, row_was text);
INSERT INTO person SELECT n, 'needle-mail-' || n || '@shop.example', 'needle-note-' || n, 'ES' FROM generate_series(1, 40) AS n;
INSERT INTO orders SELECT n, 'needle-mail-' || n || '@shop.example', 'none' FROM generate_series(1, 40) AS n;
INSERT INTO audit_log SELECT n, 'needle-row-' || n FROM generate_series(1, 40) AS n;
CREATE MATERIALIZED VIEW mails AS SELECT email FROM person;
ANALYZE;
