// `node setup.js` makes the tables and the user.

import { hashPassword, pool } from './database.js'

await pool.query(`
  CREATE TABLE users (
    id serial PRIMARY KEY, name varchar(64) UNIQUE NOT NULL, password_hash varchar(255) NOT NULL
  );
  ${['students', 'classes'].map(table => `CREATE TABLE ${table} (
    id serial PRIMARY KEY,
    name varchar(64) NOT NULL,
    source_id varchar(255) UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );`).join('\n')}
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
