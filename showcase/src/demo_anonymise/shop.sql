-- A shop as a clone of production has it: customers, their orders, what they opened, and a log of everything that changed.
CREATE TABLE customer (id int PRIMARY KEY, email text COLLATE "C" NOT NULL UNIQUE, name text NOT NULL, phone text, born date,
    country text, remark text);
CREATE TABLE purchase (id int PRIMARY KEY, mail text COLLATE "C" NOT NULL REFERENCES customer (email), article text,
    total numeric(9, 2));
CREATE TABLE visit (id int PRIMARY KEY, visitor text COLLATE "C", page text);
CREATE TABLE audit_log (id int PRIMARY KEY, row_was text);
INSERT INTO customer SELECT n, lower(first) || '.' || lower(last) || n || '@shop.example', first || ' ' || last,
        '+34 6' || lpad((n * 7919 % 100000000)::text, 8, '0'), DATE '1950-01-01' + n * 97, (ARRAY['ES', 'FR', 'PT'])[1 + n % 3],
        'rang, asked for ' || first
    FROM (SELECT n, (ARRAY['Lucia', 'Marc', 'Chloe', 'Iker', 'Nuria', 'Hugo', 'Ines'])[1 + n % 7] AS first,
        (ARRAY['Garcia', 'Dupont', 'Ferreira', 'Etxeberria', 'Vidal'])[1 + n % 5] AS last FROM generate_series(1, 200) AS n) AS people;
INSERT INTO purchase SELECT n, c.email, (ARRAY['lamp', 'chair', 'desk'])[1 + n % 3], n * 1.25
    FROM generate_series(1, 600) AS n JOIN customer c ON c.id = 1 + n % 200;
INSERT INTO visit SELECT n, c.email, '/articles/' || n % 40 FROM generate_series(1, 900) AS n JOIN customer c ON c.id = 1 + n % 200;
INSERT INTO audit_log SELECT id, 'new: ' || email || ', ' || name FROM customer;
GRANT SELECT ON customer, purchase, visit, audit_log TO master;
CREATE MATERIALIZED VIEW regulars AS
    SELECT name, count(*) AS purchases FROM customer JOIN purchase ON mail = email GROUP BY name;
ANALYZE
