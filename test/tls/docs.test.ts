import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { startBackend, temporaryDirectory } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { ROOT } from '../support/root.js'
import { provision } from './support.js'

const PAGE = readFileSync(`${ROOT}docs/tls.md`, 'utf8')

/** The blocks of the page in a language, one after the other. */
function blocks(language: string): string[] {
  return [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, text = '']) =>
    name === language ? text : []
  )
}

const withoutOpenssl = spawnSync('openssl', ['version']).error !== undefined

it('the commands and settings of docs/tls.md lead to profiles 2 and 3', { skip: withoutOpenssl }, async () => {
  const directory = await temporaryDirectory()
  const commands = blocks('sh').filter((text) => text.includes('openssl'))
  for (const text of commands) execFileSync('sh', ['-euc', text], { cwd: directory, stdio: 'ignore' })
  const [server = '', client = ''] = blocks('ini')
  const given = Object.fromEntries(
    `${server}${client}`.split('\n').flatMap((line) => [line.split('=')].slice(0, line === '' ? 0 : 1))
  )
  const inDirectory = (files: string) =>
    files
      .split(',')
      .map((file) => join(directory, file))
      .join(',')
  const backend = await startBackend({
    ...given,
    TLS_PORT: '0',
    TLS_CERT: inDirectory(given.TLS_CERT),
    TLS_KEY: inDirectory(given.TLS_KEY),
    TLS_CLIENT_CA: inDirectory(given.TLS_CLIENT_CA)
  })
  await backend.app.tls.listen()
  const url = `wss://127.0.0.1:${backend.app.tls.address?.port}`
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'charger.pem', 'charger.key'].map((file) => readFile(join(directory, file), 'utf8'))
  )
  await provision(backend, 'CP-1', { password: 'replace-me-by-20-random-ones', serialNumber: 'SN-0001' })
  for (const ciphers of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'AES128-GCM-SHA256']) {
    const ws = { ca, ciphers, maxVersion: 'TLSv1.2' } as const
    await connectCharger(url, 'CP-1', { password: 'replace-me-by-20-random-ones', ws })
  }
  await connectCharger(url, 'CP-1', { ws: { ca, cert, key } })
  assert.equal((await backend.app.store.find('CP-1'))?.highest_security_profile, 3)
})
