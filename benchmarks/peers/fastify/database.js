// The pool of connections, prepared statements, and the password hash of Node.js (scrypt).

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

import pg from 'pg'

const hash = promisify(scrypt)

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })

// A name makes pg prepare the statement once on each connection.
export async function query (name, text, values = []) {
  return pool.query({ name, text, values })
}

export async function one (name, text, values) {
  const { rows } = await query(name, text, values)
  return rows[0]
}

export async function hashPassword (password) {
  const salt = randomBytes(16)
  return `${salt.toString('hex')}$${(await hash(password, salt, 64)).toString('hex')}`
}

export async function verifyPassword (name, password) {
  const user = await one('by name', 'SELECT * FROM users WHERE name = $1', [name])
  if (!user) return null
  const [salt, expected] = user.password_hash.split('$').map(part => Buffer.from(part, 'hex'))
  return timingSafeEqual(await hash(password, salt, 64), expected) ? user : null
}
