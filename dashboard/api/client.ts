import { Problem, type ProblemBody } from './problem.js'

export const API = '/api/v1'

export type QueryValue = string | number | boolean | undefined | readonly string[]
export type Query = Readonly<Record<string, QueryValue>>

export interface Answer<T> {
  status: number
  data: T
}

export interface SendOptions {
  /** The Idempotency-Key: the server carries out a request of the same key once. */
  key?: string
  query?: Query
  signal?: AbortSignal
  /** `respond-async`: answers before all calls have ended. [RFC 7240] */
  prefer?: string
}

export interface ClientOptions {
  fetch: typeof fetch
  /** The sign-in has ended. */
  onSignedOut?: () => void
  /** Called with the time of the server from an answer. Epoch milliseconds. */
  onServerTime?: (time: number) => void
}

/** The operator API. Every method resolves with the data of the answer, or rejects with a {@link Problem}. */
export interface Client {
  get<T>(path: string, options?: { query?: Query; signal?: AbortSignal }): Promise<T>
  send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options?: SendOptions
  ): Promise<Answer<T>>
}

/** A path below the operator API with its query. Members that are `undefined` or empty are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const text = queryText(query)
  return `${API}${path}${text}`
}

export function queryText(query: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) if (each !== undefined && each !== '') params.append(name, String(each))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** 128 random bits. Does not use `crypto.randomUUID`, which pages on plain http do not have. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function createClient({ fetch, onSignedOut, onServerTime }: ClientOptions): Client {
  async function request<T>(url: string, init: RequestInit): Promise<Answer<T>> {
    const response = await fetch(url, init).catch((error: unknown) => {
      if (init.signal?.aborted) throw error
      throw new Problem(0, { detail: 'the server cannot be reached' })
    })
    const time = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(time)) onServerTime?.(time)
    if (response.ok) return { status: response.status, data: (await readJson(response)) as T }
    if (response.status === 401 && !url.endsWith('/sign-in')) onSignedOut?.()
    throw await problemOf(response)
  }

  return {
    async get<T>(path: string, { query, signal }: { query?: Query; signal?: AbortSignal } = {}) {
      const { data } = await request<T>(apiUrl(path, query), { ...(signal && { signal }) })
      return data
    },
    send<T>(method: string, path: string, body?: unknown, { key, query, signal, prefer }: SendOptions = {}) {
      return request<T>(apiUrl(path, query), {
        method,
        ...(signal && { signal }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(key !== undefined && { 'idempotency-key': key }),
          ...(prefer !== undefined && { prefer })
        }
      })
    }
  }
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  try {
    return await response.json()
  } catch {
    throw new Problem(0, { detail: 'the answer broke off' })
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const text = await response.text().catch(() => '')
  return new Problem(response.status, bodyOf(text), Number.isNaN(seconds) ? undefined : seconds)
}

/** A proxy in between may answer with a page instead of a problem. */
function bodyOf(text: string): ProblemBody {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? (body as ProblemBody) : {}
  } catch {
    return {}
  }
}
