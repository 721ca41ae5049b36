// The service on Fastify and pg, in one process: plugins for tokens and entity tags, JSON Schema for
// input and output, prepared statements on a pool of connections. It has PostgreSQL and tokens only.
//
// `node setup.js` makes the tables and the user; `node app.js PORT` serves.

import basicAuth from '@fastify/basic-auth'
import etag from '@fastify/etag'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'

import { one, pool, verifyPassword } from './database.js'
import { named, registrations } from './routes.js'

const app = Fastify()
await app.register(jwt, { secret: process.env.SECRET_KEY })
await app.register(etag)
await app.register(basicAuth, {
  async validate (name, password, request) {
    request.user = await verifyPassword(name, password)
    if (!request.user) throw new Error('wrong user name or password')
  }
})

app.get('/auth/request-token', { onRequest: app.basicAuth }, async (request, reply) => {
  const claims = { sub: String(request.user.id), expiresIn: '1h' }
  return { token: await reply.jwtSign({}, { sign: claims }) }
})

app.register(async api => {
  api.addHook('onRequest', async (request, reply) => {
    const claims = await request.jwtVerify()
    request.user = await one('user', 'SELECT id, name FROM users WHERE id = $1', [claims.sub])
    if (!request.user) return reply.code(401).send()
  })
  api.register(named, { table: 'students', owner: 'student_id', other: 'class_id' })
  api.register(named, { table: 'classes', owner: 'class_id', other: 'student_id' })
  api.register(registrations)
}, { prefix: '/api/v1.0' })

process.on('SIGTERM', async () => {
  await app.close()
  await pool.end()
})
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
