// A client with the types of the document. Arguments: the URL of the service, and the Authorization header.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const STUDENTS = ["ada", "blaise", "carl", "dana", "emmy"];

const [baseUrl, Authorization] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl, headers: { Authorization } });

type Student = components["schemas"]["Student"];

const isStudent = (data: components["schemas"]["StudentOrNothing"]): data is Student => "url" in data;

function location(response: Response): string {
  const url = response.headers.get("Location");
  assert(url);
  return url;
}

const idOf = (url: string): string => url.slice(url.lastIndexOf("/") + 1);

/** The id of a student in another system. */
const sourceId = (name: string): string => `S-${name}`;

async function createClass(name: string): Promise<string> {
  const { response } = await client.POST("/api/v1.0/classes/", { body: { name } });
  assert.equal(response.status, 201);
  return location(response);
}

async function createStudent(name: string): Promise<Student> {
  const params = { header: { Prefer: "return=representation" } };
  const body = { name, source_id: sourceId(name) };
  const { data } = await client.POST("/api/v1.0/students/", { params, body });
  assert(data && isStudent(data));
  return data;
}

function register(student: string, class_: string) {
  return client.POST("/api/v1.0/registrations/", { body: { student, class: class_ } });
}

async function registerAll(): Promise<string> {
  const algebra = await createClass("algebra");
  for (const name of STUDENTS) {
    const { response } = await register((await createStudent(name)).url, algebra);
    assert.equal(response.status, 201);
  }
  return algebra;
}

async function roster(class_: string): Promise<string[]> {
  const names: string[] = [];
  let after: string | null | undefined;
  do {
    const { data } = await client.GET("/api/v1.0/classes/{id}/registrations/", {
      params: {
        path: { id: idOf(class_) },
        query: { per_page: 2, expand: ["items", "student"], after: after ?? undefined },
      },
    });
    assert(data?.items && data.items.length <= 2);
    for (const { student } of data.items) {
      assert(typeof student !== "string");
      names.push(student.name);
    }
    after = data.meta.after;
  } while (after);
  return names;
}

async function find(q: string): Promise<Student> {
  const { data } = await client.GET("/api/v1.0/students/", {
    params: { query: { q, expand: ["items"] } },
  });
  assert(data?.items?.length === 1 && data.meta.total === 1);
  return data.items[0];
}

/** The student with this source id, if any. */
async function findBySourceId(source_id: string): Promise<string | undefined> {
  const { data } = await client.GET("/api/v1.0/students/", { params: { query: { source_id } } });
  assert(data && data.urls.length === data.meta.total);
  return data.urls[0];
}

/** A source id that another student has is 409, with the URL of that student in Location. */
async function synchronize({ url, name }: Student): Promise<void> {
  const source_id = sourceId(name);
  assert.equal(await findBySourceId(source_id), url);
  assert.equal(await findBySourceId("unknown"), undefined);
  const { error, response } = await client.POST("/api/v1.0/students/", { body: { name, source_id } });
  assert.equal(response.status, 409);
  assert.equal(error && "code" in error && error.code, "source_id_exists");
  assert.equal(location(response), url);
}

async function registrations(student: string, class_: string): Promise<string[]> {
  const { data } = await client.GET("/api/v1.0/registrations/", {
    params: { query: { student: Number(idOf(student)), class: Number(idOf(class_)) } },
  });
  assert(data);
  return data.urls;
}

/** A repeated registration is 409, with the URL of the registration in Location. */
async function conflict(student: string, class_: string): Promise<void> {
  const { error, response } = await register(student, class_);
  assert.equal(response.status, 409);
  assert.equal(error && "code" in error && error.code, "already_registered");
  assert.deepEqual(await registrations(student, class_), [location(response)]);
  const [student_id, class_id] = location(response).split("/").slice(-2);
  const { data } = await client.GET("/api/v1.0/registrations/{student_id}/{class_id}", {
    params: { path: { student_id, class_id } },
  });
  assert.equal(data?.class, class_);
}

/** A write to a student that has changed since is 412. Read it again, and retry. */
async function rename(id: string, name: string): Promise<void> {
  const read = () => client.GET("/api/v1.0/students/{id}", { params: { path: { id } } });
  const write = (name: string, tag: string | null) => {
    assert(tag);
    const params = { path: { id }, header: { "If-Match": tag } };
    return client.PUT("/api/v1.0/students/{id}", { params, body: { name } });
  };
  const tag = (await read()).response.headers.get("ETag");
  assert.equal((await write("somebody", tag)).response.status, 200);
  const { error, response } = await write(name, tag);
  assert.equal(response.status, 412);
  assert.equal(error?.status, 412);
  assert.equal((await write(name, (await read()).response.headers.get("ETag"))).response.status, 200);
  assert.equal((await read()).data?.name, name);
}

/** A 304 has neither data nor an error: only its status tells. */
async function revalidate(id: string): Promise<void> {
  const path = { id };
  const { response } = await client.GET("/api/v1.0/students/{id}", { params: { path } });
  const header = { "If-None-Match": response.headers.get("ETag") ?? "" };
  const params = { path, header };
  const unchanged = await client.GET("/api/v1.0/students/{id}", { params });
  assert.equal(unchanged.response.status, 304);
  assert(!unchanged.data && !unchanged.error);
}

/** Send requests until the rate limit is exceeded, and return the seconds to wait. */
async function exhaust(): Promise<number> {
  for (;;) {
    const { error, response } = await client.GET("/api/v1.0/students/");
    if (response.status === 429) {
      assert.equal(error?.code, "rate_limited");
      return Number(response.headers.get("Retry-After"));
    }
    assert.equal(response.status, 200);
  }
}

const algebra = await registerAll();
assert.deepEqual(await roster(algebra), STUDENTS);
const ada = await find("ada");
await synchronize(ada);
await conflict(ada.url, algebra);
await rename(idOf(ada.url), "augusta");
await revalidate(idOf(ada.url));
assert((await exhaust()) > 0);
console.log("done");
