import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const NAME = 'fastify-ocpp-backend'

/** The version of the back-end; `undefined` if its package.json is missing. */
export function backendVersion(): string | undefined {
  // The build may have moved this module into any folder below the one of package.json.
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const version = versionIn(join(folder, 'package.json'))
    if (version !== undefined || folder === dirname(folder)) return version
  }
}

function versionIn(file: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown }
    return name === NAME && typeof version === 'string' ? version : undefined
  } catch {
    return undefined
  }
}
