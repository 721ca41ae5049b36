// `node setup.js` makes the tables and the user.

import { hashPassword, pool } from './database.js'

await pool.query(`
  CREATE TABLE users (
    id serial PRIMARY KEY, name varchar(64) UNIQUE NOT NULL, password_hash varchar(255) NOT NULL
  );
  CREATE TABLE students (id serial PRIMARY KEY, name varchar(64) NOT NULL);
  CREATE TABLE classes (id serial PRIMARY KEY, name varchar(64) NOT NULL);
  CREATE TABLE registrations (
    student_id integer REFERENCES students ON DELETE CASCADE,
    class_id integer REFERENCES classes ON DELETE CASCADE,
    timestamp timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (student_id, class_id)
  );
  CREATE INDEX ON registrations (class_id);
`)
const values = ['miguel', await hashPassword('cat')]
await pool.query('INSERT INTO users (name, password_hash) VALUES ($1, $2)', values)
await pool.end()
