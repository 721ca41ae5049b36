// Pages by number.

import { query } from './database.js'

const MAX_PER_PAGE = 100

// Returns a page of the rows of a query, or null past the last page.
//
// statements: `rows` takes a limit, an offset and `values`; `count` takes `values`.
export async function readPage (request, name, statements, values, urlOf) {
  const { page } = request.query
  const size = Math.min(request.query.per_page, MAX_PER_PAGE)
  const [{ rows }, counted] = await Promise.all([
    query(`${name} page`, statements.rows, [...values, size, (page - 1) * size]),
    query(`${name} count`, statements.count, values)
  ])
  const { total } = counted.rows[0]
  const pages = Math.ceil(total / size)
  if (page > Math.max(pages, 1)) return null
  return { urls: rows.map(urlOf), meta: meta(request, page, pages, size, total) }
}

function meta (request, page, pages, size, total) {
  const here = `${base(request)}${request.url.split('?')[0]}`
  const link = number => `${here}?page=${number}&per_page=${size}`
  return {
    page,
    pages,
    per_page: size,
    total,
    prev: page > 1 ? link(page - 1) : null,
    next: page < pages ? link(page + 1) : null,
    first: link(1),
    last: link(Math.max(pages, 1)),
    before: page > 1 ? String(page - 1) : null,
    after: page < pages ? String(page + 1) : null
  }
}

export function base (request) {
  return `${request.protocol}://${request.host}`
}
