CREATE TABLE person (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(120) NOT NULL UNIQUE,
    name VARCHAR(60) NOT NULL,
    phone VARCHAR(20),
    born DATE,
    seen DATETIME,
    notes TEXT,
    city VARCHAR(40) CHARACTER SET latin1,
    company VARCHAR(60),
    iban VARCHAR(34),
    address VARCHAR(60),
    ip VARCHAR(60),
    plan VARCHAR(20) DEFAULT 'free',
    nick VARCHAR(40),
    touched TIMESTAMP NOT NULL DEFAULT '2026-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP,
    shown VARCHAR(60) GENERATED ALWAYS AS (UPPER(name)) STORED,
    FULLTEXT KEY words (notes, address),
    KEY by_phone (phone)
) ENGINE = InnoDB;
CREATE TABLE orders (
    id BIGINT PRIMARY KEY,
    mail VARCHAR(120),
    total DECIMAL(10, 2),
    CONSTRAINT orders_mail FOREIGN KEY (mail) REFERENCES person (email)
) ENGINE = InnoDB;
CREATE TABLE audit_log (id BIGINT AUTO_INCREMENT PRIMARY KEY, row_was TEXT) ENGINE = InnoDB;
CREATE VIEW people AS SELECT id, city FROM person;
CREATE TABLE staff (
    id INT PRIMARY KEY,
    is_employee BOOL NOT NULL,
    plate VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    desk VARCHAR(20),
    was VARCHAR(40),
    pay INT,
    touched TIMESTAMP NOT NULL DEFAULT '2026-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP
) ENGINE = InnoDB;
