// JSON Schemas: Fastify validates input with them, and compiles functions that write output.

const text = { type: 'string' }
const id = { type: 'integer', minimum: 1 }
const count = { type: 'integer' }
const link = { type: 'string', nullable: true }
const time = { type: 'string', format: 'date-time' }
const name = { type: 'string', minLength: 1, maxLength: 64 }

const object = (properties, required = Object.keys(properties)) =>
  ({ type: 'object', properties, required })

const page = object({
  urls: { type: 'array', items: text },
  meta: object({
    page: count,
    pages: count,
    per_page: count,
    total: count,
    prev: link,
    next: link,
    first: text,
    last: text,
    before: link,
    after: link
  })
})
const pages = object({
  page: { ...id, default: 1 }, per_page: { ...id, default: 50 }
}, [])
const itemKey = object({ id })
const registrationKey = object({ student_id: id, class_id: id })

export const list = { querystring: pages, response: { 200: page } }
export const listOfItem = { ...list, params: itemKey }
export const create = { body: object({ name }) }
export const read = {
  params: itemKey,
  response: {
    200: object({
      url: text, name: text, id, source_id: link, created_at: time, updated_at: time, registrations: text
    })
  }
}
export const replace = { params: itemKey, body: object({ name }) }
export const remove = { params: itemKey }
export const register = { body: object({ student: text, class: text }) }
export const readRegistration = {
  params: registrationKey,
  response: { 200: object({ url: text, student: text, class: text, timestamp: text, created_at: time }) }
}
export const removeRegistration = { params: registrationKey }
