// The routes, as plugins.

import { one, query } from './database.js'
import { base, readPage } from './pages.js'
import * as schemas from './schemas.js'

const root = request => `${base(request)}/api/v1.0`

const registrationUrl = (request, row) =>
  `${root(request)}/registrations/${row.student_id}/${row.class_id}`

// Students, or classes. The column `owner` of registrations refers to them.
export async function named (api, { table, owner, other }) {
  const urlOf = (request, id) => `${root(request)}/${table}/${id}`
  const byId = `SELECT * FROM ${table} WHERE id = $1`

  api.get(`/${table}/`, { schema: schemas.list }, async (request, reply) => {
    const statements = {
      rows: `SELECT id FROM ${table} ORDER BY id LIMIT $1 OFFSET $2`,
      count: `SELECT count(*)::int AS total FROM ${table}`
    }
    const page = await readPage(request, table, statements, [], row => urlOf(request, row.id))
    return page ?? reply.callNotFound()
  })

  api.post(`/${table}/`, { schema: schemas.create }, async (request, reply) => {
    const insert = `INSERT INTO ${table} (name) VALUES ($1) RETURNING id`
    const row = await one(`create ${table}`, insert, [request.body.name])
    reply.code(201).header('Location', urlOf(request, row.id))
    return {}
  })

  api.get(`/${table}/:id`, { schema: schemas.read }, async (request, reply) => {
    const row = await one(`read ${table}`, byId, [request.params.id])
    if (!row) return reply.callNotFound()
    const url = urlOf(request, row.id)
    return { url, ...row, registrations: `${url}/registrations/` }
  })

  api.put(`/${table}/:id`, { schema: schemas.replace }, async (request, reply) => {
    const update = `UPDATE ${table} SET name = $2, updated_at = now() WHERE id = $1`
    const { rowCount } = await query(`replace ${table}`, update, [request.params.id, request.body.name])
    return rowCount ? {} : reply.callNotFound()
  })

  api.delete(`/${table}/:id`, { schema: schemas.remove }, async (request, reply) => {
    const remove = `DELETE FROM ${table} WHERE id = $1`
    const { rowCount } = await query(`remove ${table}`, remove, [request.params.id])
    return rowCount ? {} : reply.callNotFound()
  })

  api.get(`/${table}/:id/registrations/`, { schema: schemas.listOfItem }, async (request, reply) => {
    const { id } = request.params
    if (!await one(`read ${table}`, byId, [id])) return reply.callNotFound()
    const statements = {
      rows: `SELECT student_id, class_id FROM registrations WHERE ${owner} = $1
             ORDER BY ${other} LIMIT $2 OFFSET $3`,
      count: `SELECT count(*)::int AS total FROM registrations WHERE ${owner} = $1`
    }
    const page = await readPage(
      request, `registrations by ${owner}`, statements, [id], row => registrationUrl(request, row))
    return page ?? reply.callNotFound()
  })
}

export async function registrations (api) {
  const item = '/registrations/:student_id/:class_id'
  const byKey = 'WHERE student_id = $1 AND class_id = $2'
  const keyOf = request => [request.params.student_id, request.params.class_id]

  api.get('/registrations/', { schema: schemas.list }, async (request, reply) => {
    const statements = {
      rows: `SELECT student_id, class_id FROM registrations
             ORDER BY student_id, class_id LIMIT $1 OFFSET $2`,
      count: 'SELECT count(*)::int AS total FROM registrations'
    }
    const page = await readPage(
      request, 'registrations', statements, [], row => registrationUrl(request, row))
    return page ?? reply.callNotFound()
  })

  api.post('/registrations/', { schema: schemas.register }, async (request, reply) => {
    const key = [idIn(request.body.student, 'students'), idIn(request.body.class, 'classes')]
    const insert = 'INSERT INTO registrations (student_id, class_id) VALUES ($1, $2) RETURNING *'
    const row = await one('register', insert, key)
    reply.code(201).header('Location', registrationUrl(request, row))
    return {}
  })

  api.get(item, { schema: schemas.readRegistration }, async (request, reply) => {
    const row = await one('registration', `SELECT * FROM registrations ${byKey}`, keyOf(request))
    if (!row) return reply.callNotFound()
    return {
      url: registrationUrl(request, row),
      student: `${root(request)}/students/${row.student_id}`,
      class: `${root(request)}/classes/${row.class_id}`,
      timestamp: row.timestamp.toUTCString(),
      created_at: row.timestamp
    }
  })

  api.delete(item, { schema: schemas.removeRegistration }, async (request, reply) => {
    const { rowCount } = await query('unregister', `DELETE FROM registrations ${byKey}`, keyOf(request))
    return rowCount ? {} : reply.callNotFound()
  })
}

function idIn (url, collection) {
  const match = new URL(url).pathname.match(/^\/api\/v1\.0\/(\w+)\/(\d+)$/)
  if (match?.[1] !== collection) throw Object.assign(new Error(`no such ${collection}`), { statusCode: 400 })
  return Number(match[2])
}
