import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('../../dist/server.js', import.meta.url))

/** The operator token of a back-end that a benchmark starts. */
export const TOKEN = 'token-of-the-benchmark'

/** Starts the back-end as built, on a free port. Resolves when it listens. */
export async function startBackend(settings) {
  const env = { PATH: process.env.PATH, PORT: '0', OPERATOR_TOKEN: TOKEN, LOG_LEVEL: 'error', ...settings }
  const child = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const text of child.stdout.setEncoding('utf8')) {
    output += text
    const port = /operators call +http:\/\/[^/]+:(\d+)/.exec(output)?.[1]
    if (port !== undefined) {
      child.stdout.on('data', () => undefined)
      return { child, port: Number(port) }
    }
  }
  throw new Error(`the server ended: ${output}`)
}
